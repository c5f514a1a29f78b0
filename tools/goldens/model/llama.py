"""Tiny Llama checkpoint (grouped-query attention, untied output), with logits, past, losses and gradients as PyTorch computes them."""
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from common import flat_past, gradients, left_padded, make_cache, nll, randomize, save_model, save_tensors

CONFIG = LlamaConfig(
    vocab_size=200, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    max_position_embeddings=128, rope_theta=500.0, tie_word_embeddings=False, bos_token_id=0, eos_token_id=0,
)


def main():
    # Stored as bfloat16, so that decoding it is tested: the goldens are of the rounded weights.
    model = randomize(LlamaForCausalLM(CONFIG), seed=11)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.bfloat16())
    generator = torch.Generator().manual_seed(12)
    ids, mask, positions, targets, weights = left_padded(generator, 200)
    out = {"ids": ids.int(), "mask": mask, "positions": positions.int(), "targets": targets.int(), "weights": weights}
    plain = model(ids)
    out["plain.logits"] = plain.logits
    out |= flat_past("plain.present", plain.past_key_values)
    padded = model(ids, attention_mask=mask, position_ids=positions)
    out["padded.logits"] = padded.logits
    loss = nll(padded.logits, targets, weights)
    loss.backward()
    out["full.loss"] = loss
    out |= gradients("full.gradient", model, strip=["model."])

    prefix = [tuple(torch.randn(1, 2, 5, 8, generator=generator, requires_grad=True) for _ in range(2)) for _ in range(2)]
    for layer, (key, value) in enumerate(prefix):
        out |= {f"prefix.past.{layer}.key": key, f"prefix.past.{layer}.value": value}
    long_mask = torch.cat([torch.ones(3, 5), mask], 1)
    tuned = model(ids, attention_mask=long_mask, position_ids=positions + 5, past_key_values=make_cache(prefix, 3))
    loss = nll(tuned.logits, targets, weights)
    loss.backward()
    out["prefix.logits"], out["prefix.loss"] = tuned.logits, loss
    for layer, (key, value) in enumerate(prefix):
        out |= {f"prefix.gradient.{layer}.key": key.grad, f"prefix.gradient.{layer}.value": value.grad}
    save_tensors("llama", out)
    save_model(model, None, "llama", torch.bfloat16)


if __name__ == "__main__":
    main()
