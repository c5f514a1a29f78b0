"""Distributions after transformers' temperature, top-k and top-p, of noise and at each step of `generate`."""
import torch
from transformers import AutoModelForCausalLM, LogitsProcessorList, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from common import PACKAGE, save_json
from generate import END, prompts

CASES = [(0.7, 0, 1.0), (1.3, 5, 1.0), (1.0, 0, 0.8), (0.9, 20, 0.95), (1.0, 3, 0.1), (2.0, 1, 1.0)]
GENERATE = [
    ({"max_new_tokens": 8, "min_new_tokens": 4, "repetition_penalty": 1.3, "suppress_tokens": [5, 17, 99]}, (0.8, 20, 0.9)),
    ({"max_new_tokens": 8, "no_repeat_ngram_size": 2, "bad_words_ids": [[7], [3, 4], [65, 65]]}, (0.7, 0, 0.6)),
]


def sampled(model, prompt, settings, seed):
    """Tokens that generate draws, and of each step the tokens that it draws from with their probabilities."""
    torch.manual_seed(seed)
    out = model.generate(torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt)), do_sample=True, num_beams=1, eos_token_id=END["gpt2"],
                         pad_token_id=0, return_dict_in_generate=True, output_scores=True, **settings)
    steps = []
    for scores in out.scores:
        kept = scores[0].isfinite().nonzero()[:, 0]
        steps.append({"tokens": kept.tolist(), "probabilities": [round(p, 7) for p in torch.softmax(scores[0], -1)[kept].tolist()]})
    return {"prompt": prompt, "tokens": out.sequences[0, len(prompt):].tolist(), "steps": steps}


def main():
    generator = torch.Generator().manual_seed(5)
    logits = torch.randn(4, 50, generator=generator) * 3
    cases = []
    for temperature, top_k, top_p in CASES:
        warpers = LogitsProcessorList()
        if temperature != 1:
            warpers.append(TemperatureLogitsWarper(temperature))
        if top_k:
            warpers.append(TopKLogitsWarper(top_k))
        if top_p < 1:
            warpers.append(TopPLogitsWarper(top_p))
        filtered = warpers(None, logits.clone())
        cases.append({"temperature": temperature, "topK": top_k, "topP": top_p, "probabilities": torch.softmax(filtered, -1).tolist()})
    model = AutoModelForCausalLM.from_pretrained(PACKAGE / "fixtures/gpt2", dtype=torch.float32).eval()
    generated = []
    for settings, (temperature, top_k, top_p) in GENERATE:
        full = settings | {"temperature": temperature, "top_k": top_k, "top_p": top_p}
        results = [sampled(model, prompt, full, seed) for seed, prompt in enumerate(prompts(5, 400, seed=9))]
        generated.append({"settings": settings, "sample": {"temperature": temperature, "topK": top_k, "topP": top_p}, "results": results})
    save_json("sampling", {"logits": logits.tolist(), "cases": cases, "end": END["gpt2"], "generated": generated})


if __name__ == "__main__":
    main()
