"""Writes the MoverScore goldens: the authors' moverscore.py and moverscore_v2.py over the tiny encoder of tiny_models.py.

    python moverscore.py GOLDENS ENCODER REFERENCE      REFERENCE: a checkout of github.com/AIPHES/emnlp19-moverscore (0459a3b)

Needs pyemd 1.1.0 (with its C++ solver, the one of the time), POT, transformers 5.17.0, torch 2.13.0. The references' source is run as it is, but for the
device, the names numpy and pytorch_pretrained_bert have since dropped, and the model that it would download.
"""
import json
import math
import os
import sys
import tempfile
import types
from collections import defaultdict
from functools import partial
from multiprocessing.dummy import Pool
from pathlib import Path

import numpy as np
import pyemd
import torch
from transformers import BertModel, BertTokenizerFast

STOP_WORDS = ['the', 'a', 'is', 'in', 'and']


def old_library(encoder):
    """What moverscore.py takes from pytorch_pretrained_bert, on today's transformers."""
    tokenizer = BertTokenizerFast.from_pretrained(encoder)

    class Model:
        bert = BertModel.from_pretrained(encoder, add_pooling_layer=False).eval()

        @classmethod
        def from_pretrained(cls, *_):
            return cls()

        def eval(self):
            return self

        def to(self, _):
            return self

        def __call__(self, ids, types, attention_mask, output_all_encoded_layers):
            out = self.bert(ids, attention_mask, types, output_hidden_states=True)
            return list(out.hidden_states[1:]), None

    library = types.ModuleType('pytorch_pretrained_bert')
    library.BertTokenizer = types.SimpleNamespace(from_pretrained=lambda *_, **__: tokenizer)
    library.BertModel = BertModel
    modeling = types.ModuleType('pytorch_pretrained_bert.modeling')
    modeling.BertPreTrainedModel = torch.nn.Module
    return library, modeling, Model


def load(path, encoder, model_class=None):
    source = Path(path).read_text().replace("device = 'cuda'", "device = 'cpu'")
    if model_class is not None:
        source = source.replace('model = BertForSequenceClassification.from_pretrained(output_dir, 3)', 'model = GivenModel()')
    os.environ['MOVERSCORE_MODEL'] = encoder
    namespace = {'__name__': 'reference', 'GivenModel': model_class}
    exec(compile(source, path, 'exec'), namespace)
    namespace |= {'emd': partial(pyemd.emd, backend='cpp'), 'emd_with_flow': partial(pyemd.emd_with_flow, backend='cpp'), 'Pool': Pool}
    namespace['bert_encode'] = remember(namespace['bert_encode'])
    return types.SimpleNamespace(**namespace)


def remember(encode):
    """Runs the model once for each distinct batch of ids; the references copy what they get before they change it."""
    known = {}

    def cached(model, ids, attention_mask):
        key = tuple(map(tuple, ids.tolist()))
        if key not in known:
            known[key] = encode(model, ids, attention_mask)
        return known[key]

    return cached


def flatten(segments):
    pairs = [(r, s['hypothesis']) for s in segments for r in s['references']]
    return [r for r, _ in pairs], [h for _, h in pairs]


def run(reference, segments, idf, **settings):
    """Scores each pair alone (batch_size=1), so that no padding takes part; a list per segment."""
    refs, hyps = flatten(segments)
    ones = defaultdict(lambda: 1.0)
    ref_idf = reference.get_idf_dict(refs, nthreads=1) if idf else ones
    hyp_idf = reference.get_idf_dict([s['hypothesis'] for s in segments], nthreads=1) if idf else ones
    scores = []
    for i in range(0, len(refs)):
        scores += reference.word_mover_score(refs[i:i + 1], hyps[i:i + 1], ref_idf, hyp_idf, batch_size=1, device='cpu', **settings)
    print(idf, settings, file=sys.stderr)
    scores = iter(scores)
    clean = lambda x: None if math.isnan(x) or math.isinf(x) else round(float(x), 7)
    return [[clean(next(scores)) for _ in s['references']] for s in segments]


def main(goldens, encoder, checkout):
    segments = json.loads(Path(f'{goldens}/neural/segments.json').read_text())
    np.float = float
    library, modeling, model = old_library(encoder)
    sys.modules['pytorch_pretrained_bert'], sys.modules['pytorch_pretrained_bert.modeling'] = library, modeling
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, 'MNLI_BERT.zip').write_bytes(b'PK\x05\x06' + bytes(18))
        os.environ['MOVERSCORE'] = folder
        os.makedirs(os.path.join(folder, 'raw'))
        v1 = load(f'{checkout}/moverscore.py', encoder, model)
    v2 = load(f'{checkout}/moverscore_v2.py', encoder)
    return {
        'stop-words': STOP_WORDS,
        'v1': run(v1, segments, True),
        'v1-plain': run(v1, segments, False),
        'v1-bigrams': run(v1, segments, True, n_gram=2),
        'v1-subwords': run(v1, segments, True, remove_subwords=False, stop_words=STOP_WORDS),
        'v2': run(v2, segments, True),
        'v2-plain': run(v2, segments, False),
        'v2-stop-words': run(v2, segments, True, stop_words=STOP_WORDS),
    }


if __name__ == '__main__':
    goldens = os.path.abspath(sys.argv[1])
    result = main(goldens, os.path.abspath(sys.argv[2]), sys.argv[3])
    Path(f'{goldens}/moverscore').mkdir(exist_ok=True)
    Path(f'{goldens}/moverscore/goldens.json').write_text(json.dumps(result) + '\n')
