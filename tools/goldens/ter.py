"""Writes tercom.json and sacrebleu.json in packages/metrics/test/goldens/ter.

    python tools/goldens/ter.py --tercom tercom.7.25.jar

Needs Java, tercom 0.7.25 and sacrebleu 2.6.0. The inputs are varied.jsonl and hostile.jsonl beside the output,
written by meteor-ter-inputs.ts: one segment a line, [hypothesis, reference, ...]. With --data DATA (the real datasets'
folder) writes real.json instead: tercom on DART's and WebNLG's second references against their others. With
--outputs FOLDER (of systems' outputs, such as system_outputs.py writes) writes outputs.json and outputs-sacrebleu.json instead.
"""

import argparse
import json
import pathlib
import re
import subprocess
import tempfile

from meteor import outputs, read, real
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


def write(name, goldens):
    text = json.dumps(goldens, separators=(",", ":")).replace('"segments":', '\n"segments":')
    (FOLDER / name).write_text(text + "\n", encoding="utf-8")


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
    """Rows [edits, mean reference length], and the corpus score."""
    metric = TER(**options)
    rows = []
    for hypothesis, *references in segments:
        score = metric.sentence_score(hypothesis, references)
        rows.append([score.num_edits, score.ref_length])
    sums = [sum(column) for column in zip(*rows)]
    signature = str(metric.get_signature())
    return {"score": metric._compute_score_from_stats(sums).score, "segments": rows, "signature": signature}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tercom", required=True)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--outputs", type=pathlib.Path)
    parser.add_argument("--only", choices=["tercom", "sacrebleu"])
    arguments = parser.parse_args()
    jar = arguments.tercom
    if arguments.data:
        scores = tercom(jar, real(arguments.data), [])
        write("real.json", scores)
        return
    if arguments.outputs:
        sets = outputs(arguments.outputs)
        if arguments.only != "sacrebleu":
            write("outputs.json", {name: tercom(jar, segments, []) for name, segments in sets.items()})
        if arguments.only != "tercom":
            write("outputs-sacrebleu.json", {name: sacrebleu_ter(segments, {}) for name, segments in sets.items()})
        return
    varied, hostile = read(FOLDER / "varied.jsonl"), read(FOLDER / "hostile.jsonl")
    inputs = {"varied": varied, "hostile": hostile}
    # The options change the words, not the search: fewer segments are enough.
    fewer = {"mixed": varied[:200] + hostile[2:]}
    # sacrebleu takes minutes for what tercom does in seconds.
    fewest = {"few": varied[:60] + hostile[2::10]}
    if arguments.only != "sacrebleu":
        goldens = {}
        for name, options in TERCOM.items():
            chosen = inputs if name == "default" else fewer
            goldens[name] = {key: tercom(jar, segments, options) for key, segments in chosen.items()}
        write("tercom.json", goldens)
    if arguments.only != "tercom":
        goldens = {name: {key: sacrebleu_ter(segments, options) for key, segments in fewest.items()} for name, options in SACREBLEU.items()}
        write("sacrebleu.json", goldens)


main()
