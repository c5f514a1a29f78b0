"""Loss and gradient norms of the tiny models with dropout, its masks drawn by the formula of loop/dropout.ts.

    python tools/goldens/training/dropout.py packages/training/test/goldens
"""
import json
import math
import sys
from pathlib import Path

import torch
from transformers import BartForConditionalGeneration, GPT2LMHeadModel

root = Path(sys.argv[1])
site = 0
# What GPT-2's last layer adds to the residual stream is computed, and dropped, where a target is predicted alone.
narrow_sites = ()
predicting = torch.tensor([3, 4, 5, 6, 7, 11, 12, 13, 14, 15])


def numbers(size):
    return torch.tensor([0.5 + ((i * 37 + 11) % 1009) / 2018 for i in range(size)], dtype=torch.float32)


def fraction(x):
    turned = x * 4096
    return turned - torch.floor(turned)


def dropout(x, p=0.5, training=True, inplace=False):
    """In place of torch's own, which every module calls."""
    global site
    if not training or p == 0:
        return x
    site += 1
    columns = x.shape[-1]
    count = len(predicting) if site in narrow_sites else x.numel() // columns
    spread = torch.tensor(0.5 + 0.5 * math.fmod(site * 0.6180339887498949, 1), dtype=torch.float32)
    rows = (fraction(numbers(count) * spread) + 1) * 0.5
    kept = fraction(rows[:, None] * numbers(columns)[None, :]) >= torch.tensor(p, dtype=torch.float32)
    mask = kept.float() / (1 - p)
    if site in narrow_sites:
        mask = torch.ones(x.numel() // columns, columns).index_copy(0, predicting, mask)
    return x * mask.reshape(x.shape)


torch.nn.functional.dropout = dropout


def sequence(b, length):
    return [3 + (b * 31 + t * 17 + 5) % 40 for t in range(length)]


def measured(model, loss, strip):
    loss.backward()
    norms = {n.removeprefix(strip): p.grad.norm().item() for n, p in model.named_parameters() if p.grad is not None}
    return {"loss": loss.item(), "norms": norms}


def nll(logits, targets):
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum") / len(targets)


def gpt2():
    global site, narrow_sites
    site, narrow_sites = 0, (6, 7)
    model = GPT2LMHeadModel.from_pretrained(root / "gpt2", embd_pdrop=0.1, attn_pdrop=0.2, resid_pdrop=0.3, attn_implementation="eager").train()
    ids = torch.tensor([sequence(b, 9) for b in range(2)])
    logits = model(ids[:, :-1]).logits
    return measured(model, nll(logits[:, 3:], ids[:, 4:]), "transformer.")


def bart():
    global site, narrow_sites
    site, narrow_sites = 0, ()
    rates = dict(dropout=0.1, attention_dropout=0.2, activation_dropout=0.3)
    model = BartForConditionalGeneration.from_pretrained(root / "bart", **rates, attn_implementation="eager").train()
    ids = torch.tensor([sequence(b, 17) for b in range(2)])
    logits = model(input_ids=ids[:, :8], attention_mask=torch.ones(2, 8), decoder_input_ids=ids[:, 8:-1]).logits
    return measured(model, nll(logits, ids[:, 9:]), "model.")


(root / "dropout.json").write_text(json.dumps({"gpt2": gpt2(), "bart": bart()}, indent=1) + "\n")
