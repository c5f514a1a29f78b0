"""Distributions after transformers' temperature, top-k and top-p."""
import torch
from transformers import LogitsProcessorList, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from common import save_json

CASES = [(0.7, 0, 1.0), (1.3, 5, 1.0), (1.0, 0, 0.8), (0.9, 20, 0.95), (1.0, 3, 0.1), (2.0, 1, 1.0)]


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
    save_json("sampling", {"logits": logits.tolist(), "cases": cases})


if __name__ == "__main__":
    main()
