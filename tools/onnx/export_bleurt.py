"""Exports a BLEURT checkpoint to ONNX, for `onnxBleurt` of @prefix-tuning/metrics.

    python export_bleurt.py --checkpoint bleurt-base-128 --out bleurt-base-128

Reads either a BLEURT checkpoint folder as Google publishes it (bleurt_config.json, bert_config.json, vocab.txt, variables/;
BERT encoders: bleurt-tiny, -base and -large; needs tensorflow as well), or a Hugging Face folder of a
BertForSequenceClassification with one label. Writes bleurt.onnx (inputs input_ids, attention_mask, token_type_ids; output
`score` [batch]: the pooled [CLS] state through one dense unit), vocab.txt and bleurt.json (max length, lower case).

Google's BERT computes GELU by the tanh formula, so the export does too: `gelu_new` in the words of transformers.

Needs the packages of requirements.txt beside this file.
"""
import argparse
import json
import os
import shutil

import torch
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

from export_encoder import export

NAMES = ['input_ids', 'attention_mask', 'token_type_ids']
# TensorFlow's names and ours, for what is not inside a layer; `kernel` is the transpose of `weight`.
OUTER = {
    'bert/embeddings/word_embeddings': 'bert.embeddings.word_embeddings.weight',
    'bert/embeddings/position_embeddings': 'bert.embeddings.position_embeddings.weight',
    'bert/embeddings/token_type_embeddings': 'bert.embeddings.token_type_embeddings.weight',
    'bert/embeddings/LayerNorm/gamma': 'bert.embeddings.LayerNorm.weight',
    'bert/embeddings/LayerNorm/beta': 'bert.embeddings.LayerNorm.bias',
    'bert/pooler/dense/kernel': 'bert.pooler.dense.weight',
    'bert/pooler/dense/bias': 'bert.pooler.dense.bias',
    'dense/kernel': 'classifier.weight',
    'dense/bias': 'classifier.bias',
}


class Scorer(torch.nn.Module):
    """A regression model as a function to scores [batch]."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).logits[:, 0]


def torch_name(name):
    """`bert/encoder/layer_0/output/dense/kernel` -> `bert.encoder.layer.0.output.dense.weight`"""
    if name in OUTER:
        return OUTER[name]
    return (name.replace('layer_', 'layer.').replace('/', '.').replace('kernel', 'weight')
            .replace('gamma', 'weight').replace('beta', 'bias'))


def from_variables(variables, config):
    """The model whose weights are `variables`: {TensorFlow name: array}."""
    model = BertForSequenceClassification(config)
    state = {}
    wanted = model.state_dict()
    for name, array in variables.items():
        ours = torch_name(name)
        if ours not in wanted:
            raise SystemExit(f'{name}: no such weight in a BERT regression model with one dense unit')
        tensor = torch.tensor(array)
        # A kernel of TensorFlow has its output axis last, whatever came before it; ours is the transpose.
        if name.endswith('kernel'):
            tensor = tensor.reshape(-1, wanted[ours].shape[0]).T
        state[ours] = tensor.reshape(wanted[ours].shape)
    missing = [name for name in wanted if name not in state and not name.endswith('position_ids')]
    if missing:
        raise SystemExit(f'the checkpoint lacks {missing}')
    model.load_state_dict(state, strict=False)
    return model


def read_google(folder):
    """A checkpoint folder as Google publishes it -> (model, settings)."""
    import tensorflow as tf
    with open(os.path.join(folder, 'bleurt_config.json')) as file:
        settings = json.load(file)
    if not settings.get('vocab_file'):
        raise SystemExit('expected a checkpoint with a WordPiece vocabulary (BERT); this one has a SentencePiece model (RemBERT)')
    with open(os.path.join(folder, settings['bert_config_file'])) as file:
        values = json.load(file)
    config = BertConfig(**(values | {'hidden_act': 'gelu_new', 'num_labels': 1}), attn_implementation='eager')
    reader = tf.train.load_checkpoint(os.path.join(folder, 'variables', 'variables'))
    names = [name for name in reader.get_variable_to_shape_map() if name.split('/')[0] in ('bert', 'dense')]
    model = from_variables({name: reader.get_tensor(name) for name in names}, config)
    return model, {'max_length': settings['max_seq_length'], 'lower_case': settings['do_lower_case']}


def read_hugging_face(folder):
    model = BertForSequenceClassification.from_pretrained(folder, attn_implementation='eager')
    if model.config.num_labels != 1:
        raise SystemExit(f'{folder}: expected a model with one label, got {model.config.num_labels}')
    tokenizer = AutoTokenizer.from_pretrained(folder)
    return model, {'max_length': tokenizer.model_max_length, 'lower_case': bool(getattr(tokenizer, 'do_lower_case', True))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--checkpoint', required=True, help='folder of the checkpoint')
    parser.add_argument('--out', required=True, help='folder to write')
    args = parser.parse_args()
    google = os.path.exists(os.path.join(args.checkpoint, 'bleurt_config.json'))
    model, settings = (read_google if google else read_hugging_face)(args.checkpoint)
    export(Scorer(model), NAMES, ['score'], os.path.join(args.out, 'bleurt.onnx'))
    shutil.copy(os.path.join(args.checkpoint, 'vocab.txt'), args.out)
    with open(os.path.join(args.out, 'bleurt.json'), 'w') as file:
        json.dump(settings, file)


if __name__ == '__main__':
    main()
