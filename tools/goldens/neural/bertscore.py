"""Writes the BERTScore goldens: bert-score over the tiny encoder of tiny_models.py, scored on segments.json; and the token ids.

    python bertscore.py GOLDENS ENCODER      GOLDENS holds neural/segments.json and bertscore/baseline.csv

Needs bert-score 0.3.13, transformers 5.17.0, torch 2.13.0.
"""
import json
import math
import os
import sys

import bert_score
from transformers import BertTokenizer

LAYER = 3
# bert-score 0.3.13 calls this method on an empty text; transformers 5 no longer has it.
if not hasattr(BertTokenizer, 'build_inputs_with_special_tokens'):
    BertTokenizer.build_inputs_with_special_tokens = lambda self, ids: [self.cls_token_id, *ids, self.sep_token_id]


def run(segments, **settings):
    (p, r, f), name = bert_score.score([s['hypothesis'] for s in segments], [s['references'] for s in segments],
                                       model_type='tiny-bert', num_layers=LAYER, return_hash=True, nthreads=1, **settings)
    clean = lambda values: [None if math.isnan(x) else round(x, 7) for x in values.tolist()]
    return {'hash': name, 'precision': clean(p), 'recall': clean(r), 'f1': clean(f)}


def token_ids(segments, encoder):
    """The ids of each segment's hypothesis and references, truncated as bert-score truncates."""
    tokenizer = BertTokenizer.from_pretrained(encoder)
    encode = lambda text: tokenizer.encode(text, truncation=True, max_length=tokenizer.model_max_length)
    return [[encode(text) for text in (s['hypothesis'], *s['references'])] for s in segments]


def main(goldens, encoder):
    with open(f'{goldens}/neural/segments.json', encoding='utf-8') as file:
        segments = json.load(file)
    baseline = os.path.abspath(f'{goldens}/bertscore/baseline.csv')
    # The name of the model is part of the hash, so the folder is found by the name alone.
    link = os.path.join(os.path.dirname(os.path.abspath(encoder)), 'tiny-bert')
    if not os.path.exists(link):
        os.symlink(os.path.abspath(encoder), link)
    os.chdir(os.path.dirname(link))
    with open(f'{goldens}/neural/ids.json', 'w') as out:
        json.dump(token_ids(segments, 'tiny-bert'), out)
        out.write('\n')
    rescaled = dict(rescale_with_baseline=True, lang='en', baseline_path=baseline)
    scores = {
        'plain': run(segments),
        'idf': run(segments, idf=True),
        'rescaled': run(segments, **rescaled),
        'idf-rescaled': run(segments, idf=True, **rescaled),
        'alone': run(segments, batch_size=1),
        'one-document-idf': run([{'hypothesis': segments[0]['hypothesis'], 'references': segments[0]['references'][:1]}], idf=True),
    }
    return {'layer': LAYER, **scores}


if __name__ == '__main__':
    goldens = os.path.abspath(sys.argv[1])
    result = main(goldens, sys.argv[2])
    with open(f'{goldens}/bertscore/goldens.json', 'w') as out:
        json.dump(result, out)
        out.write('\n')
