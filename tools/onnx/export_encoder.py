"""Exports a Hugging Face encoder to ONNX, for `onnxEmbedder` and `transformersEmbedder` of @prefix-tuning/metrics.

    python export_encoder.py --model roberta-large --layer 17 --out roberta-large-17     one layer, for BERTScore
    python export_encoder.py --model bert-base-uncased --out bert-base-uncased           every layer, for MoverScore

The folder has the layout that transformers.js reads: config.json, tokenizer.json, tokenizer_config.json, onnx/model.onnx.
With --layer N the deeper layers are dropped, as bert-score does, and the one output is `last_hidden_state`. Without it the
outputs are `hidden_states.0` (the embeddings) to `hidden_states.L`, and `last_hidden_state`, which is the last of them.

Needs the packages of requirements.txt beside this file.
"""
import argparse
import os

import torch
from transformers import AutoModel, AutoTokenizer

OPSET = 17


class Encoder(torch.nn.Module):
    """The model as a function from input tensors, in the order of `names`, to its hidden states."""

    def __init__(self, model, names, every_layer):
        super().__init__()
        self.model, self.names, self.every_layer = model, names, every_layer

    def forward(self, *inputs):
        out = self.model(**dict(zip(self.names, inputs)), output_hidden_states=self.every_layer)
        return (*out.hidden_states, out.last_hidden_state) if self.every_layer else out.last_hidden_state


def drop_layers(model, layer):
    """Keeps the first `layer` blocks (BERT, RoBERTa, DistilBERT and models built like them)."""
    stack = getattr(model, 'encoder', None) or getattr(model, 'transformer', None)
    if stack is None or not hasattr(stack, 'layer'):
        raise SystemExit(f'{type(model).__name__}: expected encoder.layer or transformer.layer, found neither; export without --layer')
    if not 0 <= layer <= len(stack.layer):
        raise SystemExit(f'--layer: expected 0 to {len(stack.layer)}, got {layer}')
    stack.layer = stack.layer[:layer]


def export(model, names, outputs, path):
    """Traces `model` on a batch with padding and writes one file whose batch and token axes are free."""
    ids = torch.arange(10).reshape(2, 5) + 1
    mask = torch.ones_like(ids)
    mask[1, 3:] = 0
    samples = {'input_ids': ids, 'attention_mask': mask, 'token_type_ids': torch.zeros_like(ids)}
    axes = {0: 'batch', 1: 'tokens'}
    dynamic = {name: axes for name in names} | {name: axes if name != 'score' else {0: 'batch'} for name in outputs}
    os.makedirs(os.path.dirname(path), exist_ok=True)
    torch.onnx.export(model.eval(), tuple(samples[name] for name in names), path, input_names=names,
                      output_names=outputs, dynamic_axes=dynamic, opset_version=OPSET, dynamo=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--model', required=True, help='name on the hub, or a folder')
    parser.add_argument('--out', required=True, help='folder to write')
    parser.add_argument('--layer', type=int, help='keep this many layers and export the last of them')
    args = parser.parse_args()

    tokenizer = AutoTokenizer.from_pretrained(args.model)
    model = AutoModel.from_pretrained(args.model, attn_implementation='eager').eval()
    names = [name for name in ('input_ids', 'attention_mask', 'token_type_ids') if name in tokenizer.model_input_names]
    outputs = ['last_hidden_state']
    if args.layer is None:
        outputs = [f'hidden_states.{i}' for i in range(model.config.num_hidden_layers + 1)] + outputs
    else:
        drop_layers(model, args.layer)
    export(Encoder(model, names, args.layer is None), names, outputs, os.path.join(args.out, 'onnx', 'model.onnx'))
    tokenizer.save_pretrained(args.out)
    model.config.save_pretrained(args.out)


if __name__ == '__main__':
    main()
