"""Tiny BART checkpoint, with hidden states, pasts, losses and gradients as PyTorch computes them."""
import torch
from transformers import BartConfig, BartForConditionalGeneration, EncoderDecoderCache

from common import full_goldens, inputs, make_cache, random_past, randomize, save_model, save_tensors, tuned_goldens

CONFIG = BartConfig(
    vocab_size=200, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4,
    encoder_ffn_dim=48, decoder_ffn_dim=48, max_position_embeddings=96, scale_embedding=True, activation_function="gelu",
    dropout=0, attention_dropout=0, activation_dropout=0, pad_token_id=1, bos_token_id=0, eos_token_id=2, decoder_start_token_id=2,
    forced_eos_token_id=None,
)


def main():
    model = randomize(BartForConditionalGeneration(CONFIG), seed=21)
    save_model(model, None, "bart")
    generator = torch.Generator().manual_seed(22)
    ids, _, _, targets, weights, out = inputs(generator, 200)
    source = torch.randint(3, 200, (3, 9), generator=generator)
    mask = torch.ones(3, 9)
    mask[1, 6:] = 0
    mask[2, 3:] = 0
    out |= {"source": source.int(), "mask": mask}
    del out["positions"]

    plain = model(input_ids=source, attention_mask=mask, decoder_input_ids=ids)
    out["plain.logits"], out["plain.encoded"] = plain.logits, plain.encoder_last_hidden_state
    cache = plain.past_key_values
    for layer in range(2):
        for kind, part in (("present", cache.self_attention_cache), ("cross", cache.cross_attention_cache)):
            out |= {f"plain.{kind}.{layer}.key": part.layers[layer].keys, f"plain.{kind}.{layer}.value": part.layers[layer].values}
    out |= full_goldens(model, plain.logits, targets, weights, "model.")

    # A prefix for the decoder's self-attention, through the cache; positions count it.
    prefix = random_past(generator, 4, 5)
    tuned = model(input_ids=source, attention_mask=mask, decoder_input_ids=ids,
                  past_key_values=EncoderDecoderCache(make_cache(prefix, 3), make_cache([], 3)))
    out |= tuned_goldens("prefix", prefix, tuned.logits, targets, weights)

    # A prefix for cross-attention: the cache of a finished encoder, with keys of its own before the source's.
    model.zero_grad()
    cross = random_past(generator, 4, 4)
    with torch.no_grad():
        clean = model(input_ids=source, attention_mask=mask, decoder_input_ids=ids[:, :1]).past_key_values.cross_attention_cache
    joined = [tuple(torch.cat([p.expand(3, -1, -1, -1), x], 2) for p, x in zip(pair, (entry.keys, entry.values), strict=True))
              for pair, entry in zip(cross, clean.layers, strict=True)]
    cache = EncoderDecoderCache(make_cache([], 3), make_cache(joined, 3))
    cache.is_updated = {layer: True for layer in range(2)}
    long_mask = torch.cat([torch.ones(3, 4), mask], 1)
    tuned = model(encoder_outputs=(torch.zeros(3, 13, 32),), attention_mask=long_mask, decoder_input_ids=ids, past_key_values=cache)
    out |= tuned_goldens("cross", cross, tuned.logits, targets, weights)

    # Sources padded on the left.
    mask = torch.ones(3, 9)
    mask[1, :4] = 0
    mask[2, :7] = 0
    out |= {"left.mask": mask, "left.logits": model(input_ids=source, attention_mask=mask, decoder_input_ids=ids).logits}
    save_tensors("bart", out)


if __name__ == "__main__":
    main()
