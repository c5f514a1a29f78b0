"""Writes packages/metrics/test/goldens/ter/scores.json.

    python tools/goldens/ter.py --tercom tercom.7.25.jar

Needs Java, tercom 0.7.25 and sacrebleu 2.6.0. The inputs are varied.jsonl and hostile.jsonl beside the output,
written by meteor-ter-inputs.ts: one segment a line, [hypothesis, reference, ...].
"""

import argparse
import json
import pathlib
import re
import subprocess
import tempfile

import sacrebleu
from sacrebleu.metrics import TER

FOLDER = pathlib.Path(__file__).parents[2] / "packages/metrics/test/goldens/ter"
# name: tercom's options
TERCOM = {"default": [], "normalized": ["-N"], "caseSensitive": ["-s"], "noPunct": ["-P"]}
SACREBLEU = {
    "default": {},
    "normalized": {"normalized": True},
    "caseSensitive": {"case_sensitive": True},
    "noPunct": {"no_punct": True},
    "asianSupport": {"normalized": True, "no_punct": True, "asian_support": True},
}
# sacrebleu keeps a cell of Python objects for every pair of words: 10,000 x 10,000 of them do not fit.
LONGEST = 2000


def read(name):
    with open(FOLDER / name, encoding="utf-8", newline="\n") as lines:
        return [json.loads(line) for line in lines]


def tercom(jar, segments, options):
    """Rows [edits, words, insertions, deletions, substitutions, shifts, shifted words], and the printed total."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        for name, texts in (("hyp", [s[:1] for s in segments]), ("ref", [s[1:] for s in segments])):
            lines = [f"{text} (s{i})\n" for i, all_texts in enumerate(texts) for text in all_texts]
            (path / name).write_text("".join(lines), encoding="utf-8", newline="\n")
        run = ["java", "-Xmx6g", "-Dfile.encoding=UTF-8", "-jar", jar, "-h", path / "hyp", "-r", path / "ref"]
        run += options + ["-o", "ter,sum", "-n", path / "out"]
        printed = subprocess.run(run, capture_output=True, check=True, encoding="utf-8").stdout
        total = re.search(r"Total TER: (\S+) ", printed).group(1)
        rates = [line.split(" ") for line in (path / "out.ter").read_text().splitlines()[2:]]
        counts = [line.split("|") for line in (path / "out.sum").read_text().splitlines()[5:-2]]
    assert len(rates) == len(counts) == len(segments), "tercom left segments out"
    rows = [[float(r[1]), float(r[2]), *(int(x) for x in c[1:6])] for r, c in zip(rates, counts)]
    return {"total": total, "segments": rows, "scores": [float(r[3]) for r in rates]}


def sacrebleu_ter(segments, options):
    """Rows [edits, mean reference length] (null where left out), and the corpus score."""
    metric = TER(**options)
    rows = []
    for hypothesis, *references in segments:
        if len(hypothesis.split()) > LONGEST:
            rows.append(None)
            continue
        score = metric.sentence_score(hypothesis, references)
        rows.append([score.num_edits, score.ref_length])
    sums = [sum(column) for column in zip(*(row for row in rows if row))]
    signature = str(metric.get_signature())
    return {"score": metric._compute_score_from_stats(sums).score, "segments": rows, "signature": signature}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tercom", required=True)
    jar = parser.parse_args().tercom
    varied, hostile = read("varied.jsonl"), read("hostile.jsonl")
    inputs = {"varied": varied, "hostile": hostile}
    # The options change the words, not the search: fewer segments are enough.
    fewer = {"mixed": varied[:200] + hostile[2:]}
    goldens = {"tercom": {}, "sacrebleu": {}, "sacrebleuVersion": sacrebleu.__version__}
    for name, options in TERCOM.items():
        chosen = inputs if name == "default" else fewer
        goldens["tercom"][name] = {key: tercom(jar, segments, options) for key, segments in chosen.items()}
    for name, options in SACREBLEU.items():
        chosen = inputs if name == "default" else fewer
        goldens["sacrebleu"][name] = {key: sacrebleu_ter(segments, options) for key, segments in chosen.items()}
    text = json.dumps(goldens, separators=(",", ":")).replace('"segments":', '\n"segments":')
    (FOLDER / "scores.json").write_text(text + "\n", encoding="utf-8")


main()
