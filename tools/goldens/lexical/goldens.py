"""Writes the goldens of the lexical metrics; see README.md."""

import argparse
import hashlib
import json

import references as ref

# Irregular forms for ROUGE-1.5.5, in the format of WordNet's lists; ours, since its own list is not.
EXCEPTIONS = "children child\nwent go\nbetter good\ncosts cost\ntrains train-of\nrunning run\n"

SACREBLEU = {
    "default": {},
    "lowercase": {"lowercase": True},
    "effective": {"effective_order": True},
    "intl": {"tokenize": "intl"},
    "char": {"tokenize": "char"},
    "none": {"tokenize": "none"},
    "unsmoothed": {"smooth_method": "none"},
    "floor": {"smooth_method": "floor"},
    "floor.5": {"smooth_method": "floor", "smooth_value": 0.5},
    "add-k": {"smooth_method": "add-k"},
    "bigrams": {"max_ngram_order": 2},
}
CHRF = {"chrF": {}, "chrF++": {"word_order": 2}, "lowercase": {"lowercase": True}, "whitespace": {"whitespace": True}}
WITH_SEGMENTS = {"default", "effective", "chrF", "chrF++"}


def compute(data, args, unlike):
    options = {"stemmed": ["-m"], "plain": [], "best": ["-m", "-f", "B"], "resampled": ["-m", "-r", "1000"]}
    few = {"stemmed", "plain", "best"}
    sacre = {name: ref.sacre(data, **settings) for name, settings in SACREBLEU.items()}
    chrf = {name: ref.chrf(data, **settings) for name, settings in CHRF.items()}
    for name, score in {**sacre, **chrf}.items():
        if name not in WITH_SEGMENTS:
            score.pop("segments", None)
    return {
        "mteval": ref.mteval(args.e2e_metrics, data),
        "pymteval": ref.pymteval(args.e2e_metrics, data),
        "multiBleu": {"mixed": ref.multi_bleu(args.multi_bleu, data), "lowercase": ref.multi_bleu(args.multi_bleu, data, "-lc")},
        "sacrebleu": sacre,
        "chrf": chrf,
        "coco": ref.coco(data, unlike),
        "rougeScore": {"stemmed": ref.google_rouge(data, True), "plain": ref.google_rouge(data, False)},
        "rouge155": {
            name: ref.perl_rouge(args.rouge, data, EXCEPTIONS, *flags, *(["-r", "1"] if name in few else []))
            for name, flags in options.items()
        },
    }


def hide(tokens):
    """The first digits of a text's SHA-256: tells whether tokens are equal without telling the text."""
    return hashlib.sha256(tokens.encode()).hexdigest()[:8]


def rounded(value):
    if isinstance(value, float):
        return round(value, 9)
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list) else value


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", required=True, help="what packages/metrics/test/inputs/dump.ts prints")
    parser.add_argument("--e2e-metrics", required=True, help="a checkout of tuetschek/e2e-metrics")
    parser.add_argument("--multi-bleu", required=True, help="multi-bleu.perl")
    parser.add_argument("--rouge", required=True, help="ROUGE-1.5.5.pl")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    with open(args.inputs, encoding="utf-8") as file:
        inputs = json.load(file)
    goldens = {name: rounded(compute(data, args, inputs["unlike"][name])) for name, data in inputs["segments"].items()}
    if inputs["digests"]:
        for scores in goldens.values():
            scores["coco"]["tokens"] = [hide(tokens) for tokens in scores["coco"]["tokens"]]
    result = {"inputs": inputs["hash"], "exceptions": EXCEPTIONS, **({"digests": True} if inputs["digests"] else {}), "goldens": goldens}
    with open(args.out, "w", encoding="utf-8") as file:
        json.dump(result, file, ensure_ascii=True, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
