"""Exports a Hugging Face decoder with its past keys and values to ONNX, as transformers.js reads it.

    python export_decoder.py --model path/to/gpt2 --out path/to/gpt2      writes onnx/model.onnx

Inputs: input_ids [B, T], attention_mask [B, P + T], position_ids [B, T], past_key_values.{l}.key and .value [B, H, P, D].
Outputs: logits [B, T, V], present.{l}.key and .value [B, H, P + T, D].

Needs the packages of requirements.txt beside this file.
"""
import argparse
import os

import torch
from transformers import AutoModelForCausalLM
from transformers.cache_utils import DynamicCache

OPSET = 17


class WithPast(torch.nn.Module):
    """The model as a function of flat tensors."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, position_ids, *past):
        cache = DynamicCache()
        for layer in range(len(past) // 2):
            cache.update(past[2 * layer], past[2 * layer + 1], layer)
        # A mask of its own, to be added to the scores: the model's own mask depends on sizes that tracing would freeze.
        T, S = input_ids.shape[1], attention_mask.shape[1]
        after = torch.arange(S)[None, :] > torch.arange(T)[:, None] + (S - T)
        hidden = after[None, None] | (attention_mask == 0)[:, None, None]
        out = self.model(input_ids, attention_mask=hidden * -1e9, position_ids=position_ids, past_key_values=cache, use_cache=True)
        return (out.logits, *(x for layer in out.past_key_values.layers for x in (layer.keys, layer.values)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    model = AutoModelForCausalLM.from_pretrained(args.model, attn_implementation="eager").eval()
    config = model.config
    layers = config.num_hidden_layers
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    past = [torch.randn(2, heads, 3, size) for _ in range(2 * layers)]
    names = lambda kind: [f"{kind}.{layer}.{part}" for layer in range(layers) for part in ("key", "value")]
    inputs = ["input_ids", "attention_mask", "position_ids", *names("past_key_values")]
    outputs = ["logits", *names("present")]
    axes = {name: {0: "batch", 2: "past"} for name in names("past_key_values") + names("present")}
    axes |= {name: {0: "batch", 1: "time"} for name in ("input_ids", "position_ids", "logits")} | {"attention_mask": {0: "batch", 1: "all"}}
    os.makedirs(os.path.join(args.out, "onnx"), exist_ok=True)
    path = os.path.join(args.out, "onnx", "model.onnx")
    example = (torch.tensor([[1, 2], [3, 4]]), torch.ones(2, 5, dtype=torch.int64), torch.tensor([[3, 4], [3, 4]]), *past)
    torch.onnx.export(WithPast(model), example, path, input_names=inputs, output_names=outputs, dynamic_axes=axes, opset_version=OPSET, dynamo=False)
    os.chmod(path, 0o644)


if __name__ == "__main__":
    main()
