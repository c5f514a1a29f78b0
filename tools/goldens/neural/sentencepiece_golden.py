"""Makes a tiny SentencePiece model (without a table of normalisations, which would weigh 300 kB) like BLEURT-20's, its tokenizer.json, and the ids that sentencepiece gives the goldens' texts.

    python sentencepiece_golden.py GOLDENS

Needs sentencepiece 0.2.3, transformers 5.17.0, tokenizers 0.23.
"""
import json
import os
import sys
import tempfile
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import SentencePieceUnigramTokenizer

# The name under which tokenizers looks for it.
sys.modules['sentencepiece_model_pb2'] = sentencepiece_model_pb2
goldens = Path(sys.argv[1])
texts = [text for s in json.loads((goldens / 'neural/segments.json').read_text()) for text in (s['hypothesis'], *s['references'])]

with tempfile.TemporaryDirectory() as folder:
    prefix = os.path.join(folder, 'tiny')
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(t for t in texts if len(t) < 300), model_prefix=prefix, vocab_size=320,
                                             character_coverage=0.99, pad_id=0, unk_id=1, bos_id=-1, eos_id=-1, num_threads=1,
                                             control_symbols=['[CLS]', '[SEP]'], hard_vocab_limit=False,
                                             normalization_rule_name='identity')
    model = sentencepiece.SentencePieceProcessor(model_file=f'{prefix}.model')
    tokenizer = SentencePieceUnigramTokenizer.from_spm(f'{prefix}.model')
    tokenizer.add_special_tokens(['[CLS]', '[SEP]'])
    out = goldens / 'neural/tiny-sentencepiece'
    out.mkdir(exist_ok=True)
    tokenizer.save(str(out / 'tokenizer.json'))
    (out / 'tokenizer_config.json').write_text(json.dumps({'cls_token': '[CLS]', 'sep_token': '[SEP]', 'pad_token': '<pad>'}) + '\n')
    ids = [[text, [model.PieceToId(piece) for piece in model.EncodeAsPieces(text)]] for text in dict.fromkeys(texts)]
    (goldens / 'bleurt/sentencepiece.json').write_text(json.dumps(ids) + '\n')
