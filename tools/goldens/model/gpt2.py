"""Tiny GPT-2 checkpoint, with logits, past, losses and gradients as PyTorch computes them."""
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from common import flat_past, gradients, left_padded, make_cache, nll, randomize, save_model, save_tensors, tiny_tokenizer

CONFIG = GPT2Config(
    vocab_size=400, n_positions=128, n_embd=32, n_layer=2, n_head=4, resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, bos_token_id=0, eos_token_id=0
)


def main():
    model = randomize(GPT2LMHeadModel(CONFIG), seed=1)
    save_model(model, tiny_tokenizer(), "gpt2")
    generator = torch.Generator().manual_seed(2)
    ids, mask, positions, targets, weights = left_padded(generator, 400)
    out = {"ids": ids.int(), "mask": mask, "positions": positions.int(), "targets": targets.int(), "weights": weights}

    plain = model(ids)
    out["plain.logits"] = plain.logits
    out |= flat_past("plain.present", plain.past_key_values)
    padded = model(ids, attention_mask=mask, position_ids=positions)
    out["padded.logits"] = padded.logits

    loss = nll(padded.logits, targets, weights)
    loss.backward()
    out["full.loss"] = loss
    out |= gradients("full.gradient", model, strip=["transformer."])

    prefix = [tuple(torch.randn(1, 4, 5, 8, generator=generator, requires_grad=True) for _ in range(2)) for _ in range(2)]
    for layer, (key, value) in enumerate(prefix):
        out |= {f"prefix.past.{layer}.key": key, f"prefix.past.{layer}.value": value}
    long_mask = torch.cat([torch.ones(3, 5), mask], 1)
    tuned = model(ids, attention_mask=long_mask, position_ids=positions + 5, past_key_values=make_cache(prefix, 3))
    loss = nll(tuned.logits, targets, weights)
    loss.backward()
    out["prefix.logits"], out["prefix.loss"] = tuned.logits, loss
    for layer, (key, value) in enumerate(prefix):
        out |= {f"prefix.gradient.{layer}.key": key.grad, f"prefix.gradient.{layer}.value": value.grad}
    save_tensors("gpt2", out)


if __name__ == "__main__":
    main()
