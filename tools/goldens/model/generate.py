"""What transformers' generate gives for every family's tiny checkpoint: prompts x settings, token for token.

Prompts are batched by length, so that no padding has a say; with stop strings each is alone, since what pads ended
sequences could be theirs. usage: generate.py FAMILY
"""
import sys

import torch
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, PreTrainedTokenizerFast

from common import PACKAGE, save_json

COMMON = [
    {"max_new_tokens": 12},
    {"max_new_tokens": 10, "min_new_tokens": 4, "repetition_penalty": 1.3, "suppress_tokens": [5, 17, 99]},
    {"max_new_tokens": 12, "num_beams": 5, "num_return_sequences": 3},
    {"max_new_tokens": 12, "num_beams": 4, "num_return_sequences": 4, "length_penalty": 0.3, "early_stopping": True},
    {"max_new_tokens": 12, "num_beams": 3, "length_penalty": 0.7, "early_stopping": "never", "min_new_tokens": 3},
    {"max_new_tokens": 14, "num_beams": 4, "no_repeat_ngram_size": 2, "bad_words_ids": [[7], [3, 4], [160, 13, 14]]},
    {"max_new_tokens": 8, "num_beams": 3, "repetition_penalty": 1.5, "forced_eos_token_id": 0, "length_penalty": -1.0},
    {"max_new_tokens": 9, "num_beams": 2, "num_return_sequences": 2, "suppress_tokens": [1, 2, 3], "length_penalty": 0.0},
]
# End tokens that the random models do choose, so that sequences end at many lengths.
END = {"gpt2": [0, 346, 98, 334], "bart": [2, *range(100, 106)]}
LLAMA_END = [0, *range(100, 106)]
# Kinds of Llama are searched by the same code: fewer prompts do.
PROMPTS = {"gpt2": 200, "llama": 200, "bart": 200}
OWN = {"bart": {7: {"forced_bos_token_id": 11}}}
# Some of these are in prompts, begin there, are cut by tokens within a character, or come to lie within a token.
STOP = ["eW", "nWh", "t E", "e ", "gl", "hes", "\u02c7", "\u02f5"]
MORE = {"gpt2": [
    {"max_new_tokens": 14, "eos_token_id": [0], "stop_strings": STOP},
    {"max_new_tokens": 12, "eos_token_id": [0], "stop_strings": STOP, "num_beams": 3, "length_penalty": 0.5},
    # An end token alone passes, and so does what is longer than the prompt [339], after which 65 is likeliest.
    {"max_new_tokens": 6, "bad_words_ids": [[0], [346], [7], [339, 65]]},
]}


def prompts(count, vocabulary, seed):
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, 14, (count,), generator=generator)
    return [torch.randint(1, vocabulary, (int(n),), generator=generator).tolist() for n in lengths]


def generate(model, rows, settings, end):
    """Results for prompts of one length."""
    end = settings.get("eos_token_id", end)
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(PACKAGE / "fixtures/gpt2/tokenizer.json")) if "stop_strings" in settings else None
    settings = {"num_beams": 1, "do_sample": False, "length_penalty": 1.0, "early_stopping": False, "eos_token_id": end, **settings}
    out = model.generate(torch.tensor(rows), attention_mask=torch.ones(len(rows), len(rows[0])), pad_token_id=0,
                         return_dict_in_generate=True, output_scores=True, tokenizer=tokenizer, **settings)
    start = 1 if model.config.is_encoder_decoder else len(rows[0])
    count = settings.get("num_return_sequences", 1)
    tokens = [row[: next((i + 1 for i, token in enumerate(row) if token in end), len(row))] for row in out.sequences[:, start:].tolist()]
    scores = [round(s, 5) for s in out.sequences_scores.tolist()] if settings["num_beams"] > 1 else None
    return [{"tokens": tokens[i : i + count], "scores": scores and scores[i : i + count]} for i in range(0, len(tokens), count)]


def generate_all(model, rows, settings, end):
    results = [None] * len(rows)
    alone = "stop_strings" in settings
    for key in sorted({(len(row), alone and i) for i, row in enumerate(rows)}):
        group = [i for i, row in enumerate(rows) if (len(row), alone and i) == key]
        for i, result in zip(group, generate(model, [rows[i] for i in group], settings, end), strict=True):
            results[i] = result
    return results


def main(family):
    kind = AutoModelForSeq2SeqLM if family == "bart" else AutoModelForCausalLM
    model = kind.from_pretrained(PACKAGE / "fixtures" / family, dtype=torch.float32).eval()
    torch.set_num_threads(1)
    rows = prompts(PROMPTS.get(family, 40), model.config.vocab_size, seed=3)
    end = END.get(family, LLAMA_END)
    settings = [common | OWN.get(family, {}).get(i, {}) for i, common in enumerate(COMMON)] + MORE.get(family, [])
    with torch.no_grad():
        cases = [{"settings": s, "results": generate_all(model, rows, s, end)} for s in settings]
    save_json(f"generate-{family}", {"end": end, "prompts": rows, "cases": cases})


if __name__ == "__main__":
    main(sys.argv[1])
