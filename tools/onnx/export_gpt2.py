"""Exports a GPT-2 folder to ONNX with its past as input and output, for transformers.js.

    python export_gpt2.py FOLDER

Adds onnx/model.onnx to the folder, which is then what transformers.js loads. Needs the packages of requirements.txt
beside this file.
"""
import os
import sys

import torch
from transformers import AutoModelForCausalLM, DynamicCache

OPSET = 17


class WithPast(torch.nn.Module):
    """(ids, mask, positions, past key and value of each layer) to (logits, present key and value of each layer)."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids, mask, positions, *past):
        cache = DynamicCache()
        for layer in range(len(past) // 2):
            cache.update(past[2 * layer], past[2 * layer + 1], layer)
        out = self.model(input_ids=ids, attention_mask=mask, position_ids=positions, past_key_values=cache, use_cache=True)
        return (out.logits, *(part for layer in out.past_key_values.layers for part in (layer.keys, layer.values)))


def main(folder):
    model = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
    config = model.config
    inputs = ["input_ids", "attention_mask", "position_ids"]
    past, present = ([f"{name}.{layer}.{part}" for layer in range(config.n_layer) for part in ("key", "value")] for name in ("past_key_values", "present"))
    ids = torch.arange(6).reshape(2, 3)
    sample = (ids, torch.ones(2, 7, dtype=torch.long), ids % 3 + 4, *(torch.randn(2, config.n_head, 4, config.n_embd // config.n_head) for _ in past))
    axes = {name: {0: "batch", 1: "tokens"} for name in ("input_ids", "position_ids", "logits")}
    axes["attention_mask"] = {0: "batch", 1: "all_tokens"}
    axes |= {name: {0: "batch", 2: "past"} for name in past} | {name: {0: "batch", 2: "all_tokens"} for name in present}
    path = os.path.join(folder, "onnx", "model.onnx")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    torch.onnx.export(WithPast(model), sample, path, input_names=inputs + past, output_names=["logits"] + present, dynamic_axes=axes,
                      opset_version=OPSET, dynamo=False)


if __name__ == "__main__":
    main(sys.argv[1])
