"""Gathers 2,000 outputs of published systems with their references, 500 in each dataset's style, for the goldens.

    python tools/goldens/system_outputs.py --dart DART --e2e-eval E2E_EVAL --data DATA --out FOLDER

DART is a checkout of Yale-LILY/dart (BART-large's outputs on DART and WebNLG, in evaluation/example), E2E_EVAL one of
tuetschek/e2e-eval (the challenge's primary systems; segments take them in turn), DATA the real datasets' folder, which also has
ConvS2S's outputs on XSUM. Writes FOLDER/{dart,webnlg,e2e,xsum}.jsonl, a segment a line: [output, reference, ...], of references
the first eight. The texts are not ours and stay out of the repository; meteor.py, ter.py and lexical/ take them by `--outputs FOLDER`.
"""

import argparse
import csv
import json
import pathlib
import tarfile

SEGMENTS, REFERENCES = 500, 8


def lines(text):
    return text.removesuffix("\n").split("\n")


def parallel(outputs, pattern):
    """Outputs against files of references with an empty line where an input has fewer."""
    files = [lines(pathlib.Path(f"{pattern}{n}.lex").read_text(encoding="utf-8")) for n in range(3)]
    groups = zip(lines(outputs.read_text(encoding="utf-8")), *files, strict=True)
    return [[output.strip(), *(text.strip() for text in group if text.strip())] for output, *group in groups]


def e2e(systems, test_set):
    references = {}
    with open(test_set, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            references.setdefault(row["mr"], []).append(row["ref"])
    tables = list(references)
    segments = {}
    for path in systems:
        with open(path, encoding="utf-8", newline="") as file:
            rows = [row for row in csv.reader(file, delimiter="\t") if len(row) == 2]
        segments[path] = {table: output for table, output in rows if output.strip()}
    chosen = [(table, segments[systems[i % len(systems)]].get(table)) for i, table in enumerate(tables)]
    return [[output.strip(), *references[table]] for table, output in chosen if output]


def xsum(archive):
    with tarfile.open(archive) as files:
        read = lambda name: lines(files.extractfile(f"xsum-model-predictions/{name}").read().decode("utf-8"))
        return [list(pair) for pair in zip(read("convs2s-test-output.txt"), read("gold-test-sentences.txt"), strict=True)]


def main():
    parser = argparse.ArgumentParser()
    for name in ("dart", "e2e-eval", "data", "out"):
        parser.add_argument(f"--{name}", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    data, example = arguments.data, arguments.dart / "evaluation/example"
    sets = {
        "dart": parallel(example / "bart-large_dart.txt", data / "dart/dart_reference/all-delex-reference"),
        "webnlg": parallel(example / "bart-large_webnlg-all.txt", data / "webnlg/references/gold-all-cat-reference"),
        "e2e": e2e(sorted((arguments.e2e_eval / "system_outputs/primary").glob("*.tsv")), data / "e2e/testset_w_refs.csv"),
        "xsum": xsum(data / "xsum/xsum-model-predictions.tar.gz"),
    }
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, segments in sets.items():
        spread = [segments[i * len(segments) // SEGMENTS][: 1 + REFERENCES] for i in range(SEGMENTS)]
        text = "".join(json.dumps(segment, ensure_ascii=False) + "\n" for segment in spread)
        (arguments.out / f"{name}.jsonl").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
