"""Makes the tiny random models of the goldens: a BERT encoder (Hugging Face folder) and BLEURT weights (an npz by TensorFlow name).

    python tiny_models.py SEGMENTS.json OUT

The weights come from numpy's seeded generator, so they don't depend on the version of torch.
"""
import json
import os
import sys

import numpy as np
import torch
from tokenizers import BertWordPieceTokenizer
from transformers import BertConfig, BertModel, BertTokenizerFast

MAX_LENGTH = 128
SHAPE = dict(hidden_size=16, num_attention_heads=2, intermediate_size=32, max_position_embeddings=MAX_LENGTH)


def train_vocabulary(texts, folder):
    """A lower-casing WordPiece vocabulary of 500 pieces, learnt from the texts themselves."""
    trainer = BertWordPieceTokenizer(lowercase=True)
    trainer.train_from_iterator(texts, vocab_size=500, min_frequency=2, limit_alphabet=120, show_progress=False)
    vocabulary = trainer.get_vocab()
    with open(os.path.join(folder, 'vocab.txt'), 'w', encoding='utf-8') as file:
        file.writelines(f'{token}\n' for token in sorted(vocabulary, key=vocabulary.get))
    return vocabulary


def spread(name):
    """Standard deviation of a weight: words far apart and small residual updates, so that tokens stay apart through the layers."""
    if 'bias' in name or 'LayerNorm' in name:
        return 0.1
    if 'word_embeddings' in name:
        return 1.0
    return 0.15 if 'output.dense' in name or 'position' in name else 0.5


def fill(state, seed):
    """Random weights by name: normal, layer norms near one."""
    rng = np.random.default_rng(seed)
    draw = lambda name: rng.normal(0, spread(name), tuple(state[name].shape)) + (1 if name.endswith('LayerNorm.weight') else 0)
    return {name: draw(name).astype(np.float32) for name in sorted(state)}


def make_encoder(vocabulary, folder):
    config = BertConfig(vocab_size=len(vocabulary), num_hidden_layers=5, **SHAPE)
    model = BertModel(config, add_pooling_layer=False)
    parameters = dict(model.named_parameters())
    model.load_state_dict({name: torch.tensor(value) for name, value in fill(parameters, 1).items()}, strict=False)
    model.save_pretrained(folder)
    BertTokenizerFast(vocab=vocabulary, do_lower_case=True, model_max_length=MAX_LENGTH).save_pretrained(folder)


def main(segments_file, out):
    with open(segments_file, encoding='utf-8') as file:
        segments = json.load(file)
    os.makedirs(out, exist_ok=True)
    vocabulary = train_vocabulary([text for s in segments for text in (s['hypothesis'], *s['references'])], out)
    make_encoder(vocabulary, out)


if __name__ == '__main__':
    main(*sys.argv[1:])
