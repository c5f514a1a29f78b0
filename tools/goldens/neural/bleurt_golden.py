"""Writes the BLEURT goldens: Google's bleurt, as it is, over a tiny random checkpoint that this script makes with bleurt's own model.

    python bleurt_golden.py GOLDENS VOCABULARY REFERENCE OUT

VOCABULARY: the vocab.txt of tiny_models.py. REFERENCE: a checkout of github.com/google-research/bleurt (cebe7e6). OUT: the
folder for the checkpoint, which tools/onnx/export_bleurt.py then turns into GOLDENS/neural/tiny-bleurt.

Needs tensorflow-cpu 2.15.1, tf_slim 1.1.0, numpy 1.26.4, scipy, pandas, sentencepiece.
"""
import json
import os
import shutil
import sys
from pathlib import Path

goldens, vocabulary, reference, out = sys.argv[1:]
sys.argv = sys.argv[:1]
sys.path.insert(0, reference)

import numpy as np
import tensorflow.compat.v1 as tf
from bleurt import encoding, score
from bleurt.lib import modeling, tokenizers

MAX_LENGTH = 128
CONFIG = dict(vocab_size=500, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, hidden_act='gelu',
              hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1, max_position_embeddings=MAX_LENGTH, type_vocab_size=2,
              initializer_range=0.02)


def build(ids, mask, segments):
    """The regression model of bleurt/model.py at inference: pooled [CLS] state, one dense unit."""
    model = modeling.BertModel(config=modeling.BertConfig.from_dict(CONFIG), is_training=False, input_ids=ids, input_mask=mask,
                               token_type_ids=segments)
    predictions = tf.layers.dense(model.get_pooled_output(), 1, bias_initializer=tf.constant_initializer(0.15))
    return tf.squeeze(predictions, 1)


def make_checkpoint(folder):
    rng = np.random.default_rng(3)
    with tf.Graph().as_default(), tf.Session() as session:
        inputs = {name: tf.placeholder(tf.int64, [None, None], name=name) for name in ('input_ids', 'input_mask', 'segment_ids')}
        predictions = build(*inputs.values())
        session.run(tf.global_variables_initializer())
        for variable in sorted(tf.global_variables(), key=lambda v: v.name):
            scale = 0.1 if 'beta' in variable.name or 'bias' in variable.name or 'gamma' in variable.name else 0.4
            values = rng.normal(0, scale, variable.shape.as_list()) + ('gamma' in variable.name)
            session.run(variable.assign(values.astype(np.float32)))
        tf.saved_model.simple_save(session, folder, inputs, {'predictions': predictions})
    shutil.copy(vocabulary, os.path.join(folder, 'vocab.txt'))
    Path(folder, 'bert_config.json').write_text(json.dumps(CONFIG))
    Path(folder, 'bleurt_config.json').write_text(json.dumps({
        'name': 'tiny', 'vocab_file': 'vocab.txt', 'bert_config_file': 'bert_config.json', 'do_lower_case': True,
        'max_seq_length': MAX_LENGTH, 'sp_model': None, 'dynamic_seq_length': True}))


def main():
    segments = json.loads(Path(goldens, 'neural/segments.json').read_text())
    shutil.rmtree(out, ignore_errors=True)
    make_checkpoint(out)
    pairs = [(r, s['hypothesis']) for s in segments for r in s['references']]
    references, candidates = map(list, zip(*pairs))
    scores = iter(score.BleurtScorer(out).score(references=references, candidates=candidates))
    tokenizer = tokenizers.create_tokenizer(vocab_file=vocabulary, do_lower_case=True)
    ids = [encoding.encode_example(r, c, tokenizer, MAX_LENGTH) for r, c in pairs[-60:]]
    return {
        'max-length': MAX_LENGTH,
        'scores': [[round(float(next(scores)), 7) for _ in s['references']] for s in segments],
        'last-ids': [[i[:sum(mask)], types[:sum(mask)]] for i, mask, types in ids],
    }


if __name__ == '__main__':
    result = main()
    Path(goldens, 'bleurt').mkdir(exist_ok=True)
    Path(goldens, 'bleurt/goldens.json').write_text(json.dumps(result) + '\n')
