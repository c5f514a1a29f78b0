"""What the model goldens share: a tiny tokenizer, random checkpoints, and where they go.

pip install torch==2.13.0 transformers==5.17.0 tokenizers==0.23.3 safetensors==0.8.0; run from the repository root.
"""
import json
import pathlib

import torch
from safetensors.torch import save_file
from transformers import DynamicCache
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

PACKAGE = pathlib.Path("packages/model/test")
TEXT = [
    "name : The Eagle | Type : coffee shop | food : Japanese | price range : less than £20 | area : riverside",
    "The Eagle is a coffee shop by the riverside that serves Japanese food for less than £20.",
    "Blue Spice is a family friendly pub near the city centre; its customer rating is 5 out of 5.",
    "Alan Bean was born in Wheeler, Texas, and walked on the Moon with the crew of Apollo 12.",
    "It won't be cheap, but they've said we'll like it: naïve café prices, 10% off on Mondays!",
] * 20


def tiny_tokenizer(size=400, special=("<|endoftext|>",)):
    """A byte-level BPE as GPT-2's, trained on the sentences above."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=list(special), initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False
    )
    tokenizer.train_from_iterator(TEXT, trainer)
    return tokenizer


def randomize(model, seed, scale=0.3):
    """Redraws every parameter, so that no bias is 0, no norm is 1 and logits are far apart."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            noise = torch.randn(parameter.shape, generator=generator) * scale
            parameter.copy_(1 + noise if "norm" in name or "ln_" in name and name.endswith("weight") else noise)
    return model.eval()


def save_model(model, tokenizer, folder, dtype=None):
    folder = PACKAGE / "fixtures" / folder
    folder.mkdir(parents=True, exist_ok=True)
    (model.to(dtype) if dtype else model).save_pretrained(folder)
    if tokenizer:
        tokenizer.save(str(folder / "tokenizer.json"))


def save_tensors(name, tensors):
    (PACKAGE / "goldens").mkdir(parents=True, exist_ok=True)
    save_file({key: value.detach().contiguous().clone() for key, value in tensors.items()}, PACKAGE / "goldens" / f"{name}.safetensors")


def save_json(name, value):
    (PACKAGE / "goldens").mkdir(parents=True, exist_ok=True)
    with open(PACKAGE / "goldens" / f"{name}.json", "w") as file:
        json.dump(value, file, ensure_ascii=False)


def flat_past(prefix, cache):
    """{prefix.0.key: [B, H, S, D], ...} of a transformers cache."""
    out = {}
    for layer, entry in enumerate(cache.layers):
        out[f"{prefix}.{layer}.key"], out[f"{prefix}.{layer}.value"] = entry.keys, entry.values
    return out


def nll(logits, targets, weights):
    """sum_n w_n (-log p_n[target_n])"""
    picked = torch.log_softmax(logits, -1).gather(-1, targets[..., None])[..., 0]
    return -(weights * picked).sum()


def make_cache(pairs, rows):
    """A transformers cache that holds the given (key, value) of each layer in every row."""
    cache = DynamicCache()
    for layer, (key, value) in enumerate(pairs):
        cache.update(key.expand(rows, -1, -1, -1), value.expand(rows, -1, -1, -1), layer)
    return cache


def left_padded(generator, vocabulary):
    """Three rows of 12 ids, padded on the left by 0, 4 and 7, with targets and weights for a loss."""
    ids = torch.randint(1, vocabulary, (3, 12), generator=generator)
    mask = torch.ones(3, 12)
    mask[1, :4] = 0
    mask[2, :7] = 0
    positions = (mask.cumsum(-1) - 1).clamp(min=0).long()
    targets = torch.randint(0, vocabulary, (3, 12), generator=generator)
    weights = torch.rand(3, 12, generator=generator) * mask
    return ids, mask, positions, targets, weights


def gradients(prefix, model, strip=()):
    """{prefix.name: gradient} of every parameter, then forgets them."""
    out = {}
    for name, parameter in model.named_parameters():
        for part in strip:
            name = name.removeprefix(part)
        out[f"{prefix}.{name}"] = parameter.grad.clone()
    model.zero_grad()
    return out


def random_past(generator, heads, length):
    """Keys and values for the two layers of a tiny model: [(key, value), ...], float32 [1, heads, length, 8], that train."""
    return [tuple(torch.randn(1, heads, length, 8, generator=generator, requires_grad=True) for _ in range(2)) for _ in range(2)]


def inputs(generator, vocabulary):
    """Rows padded on the left with a loss on them, as `left_padded` draws them, and what the goldens keep of that."""
    ids, mask, positions, targets, weights = left_padded(generator, vocabulary)
    kept = {"ids": ids.int(), "mask": mask, "positions": positions.int(), "targets": targets.int(), "weights": weights}
    return ids, mask, positions, targets, weights, kept


def tuned_goldens(name, past, logits, targets, weights):
    """A prefix given as past, with the loss and its gradients by the prefix."""
    out = {}
    loss = nll(logits, targets, weights)
    loss.backward()
    out[f"{name}.logits"], out[f"{name}.loss"] = logits, loss
    for layer, pair in enumerate(past):
        for part, tensor in zip(("key", "value"), pair, strict=True):
            out |= {f"{name}.past.{layer}.{part}": tensor, f"{name}.gradient.{layer}.{part}": tensor.grad}
    return out


def full_goldens(model, logits, targets, weights, strip):
    """The loss and its gradients by every parameter."""
    loss = nll(logits, targets, weights)
    loss.backward()
    return {"full.loss": loss} | gradients("full.gradient", model, strip=[strip])


def decoder_goldens(model, seed, heads, strip):
    """Everything that is kept of a decoder alone: plain, padded, fully trained, and with a prefix of 5 positions."""
    generator = torch.Generator().manual_seed(seed)
    ids, mask, positions, targets, weights, out = inputs(generator, model.config.vocab_size)
    plain = model(ids)
    out["plain.logits"] = plain.logits
    out |= flat_past("plain.present", plain.past_key_values)
    padded = model(ids, attention_mask=mask, position_ids=positions).logits
    out["padded.logits"] = padded
    out |= full_goldens(model, padded, targets, weights, strip)
    prefix = random_past(generator, heads, 5)
    long_mask = torch.cat([torch.ones(3, 5), mask], 1)
    tuned = model(ids, attention_mask=long_mask, position_ids=positions + 5, past_key_values=make_cache(prefix, 3))
    return out | tuned_goldens("prefix", prefix, tuned.logits, targets, weights)
