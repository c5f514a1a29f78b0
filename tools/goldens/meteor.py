"""Writes packages/metrics/test/goldens/meteor/scores.json.

    python tools/goldens/meteor.py --meteor FOLDER

FOLDER holds meteor-1.5.jar and data/paraphrase-en.gz (PyPI's pycocoevalcap has them in its folder meteor). Needs Java.
The inputs are varied.jsonl and hostile.jsonl in ../ter, written by meteor-ter-inputs.ts: [hypothesis, reference, ...].
With --data DATA (the real datasets' folder) writes real.json instead: DART's and WebNLG's second references against their others.
With --outputs FOLDER (of systems' outputs, such as system_outputs.py writes) writes outputs.json instead.
Also writes stems.txt: the jar's stems of every word of the inputs and of some that try each rule of the stemmer.
"""

import argparse
import json
import pathlib
import re
import subprocess
import tempfile

GOLDENS = pathlib.Path(__file__).parents[2] / "packages/metrics/test/goldens"
# The jar takes the first weights of the full list (1 0.6 0.8 0.6) where -m names fewer modules.
STAGES = {"full": [], "exact+stem+synonym": ["-m", "exact stem synonym"], "exact+stem": ["-m", "exact stem"]}
ENDINGS = (
    "s es ies ied sses us ss ed eed eedly edly ing ingly y ly tional enci anci abli entli izer ization ational ation ator "
    "alism aliti alli fulness ousli ousness iveness iviti biliti bli logi ogi fulli lessli cli rli alize icate iciti ical "
    "ful ness ative al ance ence er ic able ible ant ement ment ent ism ate iti ous ive ize sion tion e ll 's s' 's'"
).split()
BASES = "hop sky generat commun arsen tomato yes youth buoy abil relat x at ab be of a hitt controll snow cyst mix play".split()


def read(path):
    with open(path, encoding="utf-8", newline="\n") as lines:
        return [json.loads(line) for line in lines]


def outputs(folder):
    """Segments by the name of their file: a segment a line, [output, reference, ...]."""
    return {path.stem: read(path) for path in sorted(folder.glob("*.jsonl"))}


def real(data):
    """Second references as hypotheses: the first 1,000 of DART's and 700 of WebNLG's test set that have one."""
    segments = []
    for path, most in (("dart/dart_reference/all-delex-reference", 1000), ("webnlg/references/gold-all-cat-reference", 700)):
        files = [(data / f"{path}{k}.lex").read_text(encoding="utf-8").split("\n") for k in range(3)]
        rows = [row for row in zip(*files) if row[1].strip()]
        segments += [[row[1], row[0], *([row[2]] if row[2].strip() else [])] for row in rows[:most]]
    return segments


def meteor(folder, segments, options):
    """Segment scores and the lines of the report that follow them."""
    most = max(len(segment) for segment in segments) - 1
    with tempfile.TemporaryDirectory() as temporary:
        path = pathlib.Path(temporary)
        hypotheses = [segment[0] for segment in segments]
        # A reference given twice never wins over itself.
        references = [(segment[1:] + segment[1:2] * most)[:most] for segment in segments]
        texts = {"hyp": hypotheses, "ref": [text for group in references for text in group]}
        for name, lines in texts.items():
            (path / name).write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="\n")
        run = ["java", "-Xmx4g", "-Dfile.encoding=UTF-8", "-jar", folder / "meteor-1.5.jar", path / "hyp", path / "ref"]
        run += ["-l", "en", "-norm", "-r", str(most), *options]
        printed = subprocess.run(run, capture_output=True, check=True, encoding="utf-8").stdout
    scores = [float(score) for score in re.findall(r"^Segment \d+ score:\t(\S+)$", printed, re.M)]
    assert len(scores) == len(segments)
    report = {name: float(value) for name, value in re.findall(r"^(Chunks|Precision|Recall|Final score):\s+(\S+)$", printed, re.M)}
    return {"score": report["Final score"], "precision": report["Precision"], "recall": report["Recall"], "chunks": report["Chunks"], "segments": scores}


def stems(folder, words):
    run = ["java", "-Dfile.encoding=UTF-8", "-cp", folder / "meteor-1.5.jar", "Stemmer", "en"]
    printed = subprocess.run(run, input="\n".join(words), capture_output=True, check=True, encoding="utf-8").stdout
    return dict(zip(words, printed.splitlines(), strict=True))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--meteor", required=True, type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--outputs", type=pathlib.Path)
    arguments = parser.parse_args()
    folder = arguments.meteor
    if arguments.data:
        scores = {name: meteor(folder, real(arguments.data), STAGES[name]) for name in ("full", "exact+stem+synonym")}
        (GOLDENS / "meteor/real.json").write_text(json.dumps(scores, separators=(",", ":")) + "\n", encoding="utf-8")
        return
    if arguments.outputs:
        scores = {name: meteor(folder, segments, []) for name, segments in outputs(arguments.outputs).items()}
        (GOLDENS / "meteor/outputs.json").write_text(json.dumps(scores, separators=(",", ":")) + "\n", encoding="utf-8")
        return
    varied, hostile = read(GOLDENS / "ter/varied.jsonl"), read(GOLDENS / "ter/hostile.jsonl")
    # The jar's search takes hours for two texts of 10,000 words; it manages one against short references.
    hostile[0] = hostile[0][:1] + [" ".join(text.split()[:30]) for text in hostile[0][1:]]
    segments = varied + hostile
    scores = {name: meteor(folder, segments, options) for name, options in STAGES.items()}
    target = GOLDENS / "meteor"
    text = json.dumps(scores, separators=(",", ":")).replace('"segments":', '\n"segments":')
    (target / "scores.json").write_text(text + "\n", encoding="utf-8")

    seen = {word for segment in segments for text in segment for word in re.findall(r"[a-z']+", text.lower())}
    words = sorted(seen | {base + ending for base in BASES for ending in ENDINGS} | set(BASES))
    lines = [f"{word} {stem}" for word, stem in stems(folder, words).items()]
    (target / "stems.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
