"""Writes packages/metrics/test/goldens/official.json: what the official scripts say of whole test sets.

    python tools/goldens/official.py --evaluation EVALUATION --meteor METEOR --data DATA \
        --e2e-metrics E2E_METRICS --e2e-eval E2E_EVAL [--only bleu|e2e]

EVALUATION is the folder `evaluation` of Yale-LILY/dart (multi-bleu.perl, tercom-0.7.25, webnlg-automatic-evaluation, example),
METEOR one with meteor-1.5.jar and data/paraphrase-en.gz, DATA the real datasets' folder. Needs Perl, Java, and for the
WebNLG script unidecode and natsort. E2E_METRICS is a checkout of tuetschek/e2e-metrics with the jars it runs and XML::Twig for Perl,
E2E_EVAL one of tuetschek/e2e-eval. Takes minutes. Two kinds of outputs: `derived` from the references (test/official.test.ts
says how), and published ones: by DART's authors in `example`, by systems of the E2E challenge. For E2E measure_scores.py prints
all columns, of references in groups. Files are laid out as run_eval_on_dart.sh and
run_eval_on_webnlg.sh have them: for multi-bleu a file for each reference, empty lines kept; for tercom the first reference
and those not empty, with ids; for METEOR filled up with empty lines to 8 (DART) or 3 (WebNLG).
"""

import argparse
import csv
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TARGET = pathlib.Path(__file__).parents[2] / "packages/metrics/test/goldens/official.json"
E2E_SYSTEMS = ("sheff2.tsv", "slug.tsv", "tgen.tsv")
PARTS = {"A": "all", "S": "old", "U": "new"}


def lines(path):
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def derive(first, second):
    words = second.split() or first.split()[:-1]
    return " ".join(word for i, word in enumerate(words) if i % 7 != 6)


def printed(command, pattern, **options):
    output = subprocess.run(command, capture_output=True, check=True, encoding="utf-8", **options).stdout
    return re.search(pattern, output).group(1)


class Scripts:
    def __init__(self, arguments, folder):
        self.evaluation, self.meteor, self.only, self.folder = arguments.evaluation, arguments.meteor, arguments.only, folder

    def score(self, hypotheses, references, *, lowercase, meteor_lines):
        """BLEU as printed, METEOR and TER of outputs against the files of references."""
        paths = {name: self.folder / name for name in ("hyp", "hyp.ter", "ref.ter", "ref.meteor")}
        columns = [lines(path) for path in references]
        groups = [[group[0], *(text for text in group[1:] if text.strip())] for group in zip(*columns, strict=True)]
        texts = {
            "hyp": [f"{text}\n" for text in hypotheses],
            "hyp.ter": [f"{text.strip()} (id{i})\n" for i, text in enumerate(hypotheses)],
            "ref.ter": [f"{text.strip()} (id{i})\n" for i, group in enumerate(groups) for text in group],
            "ref.meteor": ["".join(f"{text}\n" for text in group) + "\n" * (meteor_lines - len(group)) for group in groups],
        }
        for name, path in paths.items():
            path.write_text("".join(texts[name]), encoding="utf-8", newline="\n")
        perl = ["perl", self.evaluation / "multi-bleu.perl", *(["-lc"] if lowercase else []), *references]
        scores = {"BLEU": printed(perl, r"BLEU = ([\d.]+)", stdin=open(paths["hyp"], encoding="utf-8"))}
        if self.only == "bleu":
            return scores
        java = ["java", "-Xmx2G", "-Dfile.encoding=UTF-8", "-jar"]
        meteor = [*java, self.meteor / "meteor-1.5.jar", paths["hyp"], paths["ref.meteor"], "-l", "en", "-norm", "-r", str(meteor_lines)]
        tercom = [*java, self.evaluation / "tercom-0.7.25/tercom.7.25.jar", "-h", paths["hyp.ter"], "-r", paths["ref.ter"]]
        scores["MET"] = float(printed(meteor, r"Final score:\s+(\S+)"))
        return {**scores, "TER": float(printed(tercom, r"Total TER: (\S+)"))}


def webnlg_outputs(arguments, folder, name):
    """The outputs of one system as the challenge's own script writes them, by part of the test set."""
    copy = folder / "webnlg"
    shutil.copytree(arguments.evaluation / "webnlg-automatic-evaluation", copy, dirs_exist_ok=True)
    shutil.copy(arguments.evaluation / "example" / name, copy / "submissions/team.txt")
    subprocess.run([sys.executable, "evaluation.py", "team"], cwd=copy, check=True, capture_output=True)
    return {part: lines(copy / f"teams/team_{part}-cat.txt") for part in PARTS.values()}


def e2e(arguments, folder):
    """What measure_scores.py prints for E2E's test set, all of its references."""
    groups = {}
    with open(arguments.data / "e2e/testset_w_refs.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            groups.setdefault(row["mr"], []).append(row["ref"])
    outputs = {"derived": {table: derive(texts[0], texts[1] if len(texts) > 1 else "") for table, texts in groups.items()}}
    for name in E2E_SYSTEMS:
        with open(arguments.e2e_eval / "system_outputs/primary" / name, encoding="utf-8", newline="") as file:
            outputs[name] = {row[0]: row[1].strip() for row in csv.reader(file, delimiter="\t") if len(row) == 2}
    scores = {}
    for name, texts in outputs.items():
        (folder / "refs").write_text("\n".join("".join(f"{text}\n" for text in group) for group in groups.values()), encoding="utf-8")
        (folder / "hyps").write_text("".join(f"{texts[table]}\n" for table in groups), encoding="utf-8")
        command = [sys.executable, arguments.e2e_metrics / "measure_scores.py", folder / "refs", folder / "hyps"]
        output = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout
        scores[name] = dict(re.findall(r"^(BLEU|NIST|METEOR|ROUGE_L|CIDEr): (\S+)$", output, re.M))
    return scores


def main():
    parser = argparse.ArgumentParser()
    for name in ("evaluation", "meteor", "data", "e2e-metrics", "e2e-eval"):
        parser.add_argument(f"--{name}", required=True, type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--only", choices=["bleu", "e2e"])
    arguments = parser.parse_args()
    dart = [arguments.data / f"dart/dart_reference/all-delex-reference{n}.lex" for n in range(3)]
    webnlg = {part: [arguments.data / f"webnlg/references/gold-{part}-cat-reference{n}.lex" for n in range(3)] for part in PARTS.values()}
    derived = lambda files: [derive(*pair) for pair in zip(*map(lines, files[:2]))]
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        if arguments.only == "e2e":
            goldens = {**json.loads(TARGET.read_text(encoding="utf-8")), "e2e": e2e(arguments, folder)}
            TARGET.write_text(json.dumps(goldens, indent=2) + "\n", encoding="utf-8")
            return
        scripts = Scripts(arguments, folder)
        outputs = {"derived": derived(dart), "bart-large_dart.txt": lines(arguments.evaluation / "example/bart-large_dart.txt")}
        goldens = {"dart": {name: scripts.score(texts, dart, lowercase=False, meteor_lines=8) for name, texts in outputs.items()}, "webnlg2017": {}}
        name = "bart-large_webnlg-all.txt"
        for name, parts in {"derived": {part: derived(files) for part, files in webnlg.items()}, name: webnlg_outputs(arguments, folder, name)}.items():
            scores = {letter: scripts.score(parts[part], webnlg[part], lowercase=True, meteor_lines=3) for letter, part in PARTS.items()}
            goldens["webnlg2017"][name] = {f"{metric} {letter}": value for letter, row in scores.items() for metric, value in row.items()}
        if arguments.only == "bleu":
            print(json.dumps(goldens, indent=2))
            return
        goldens["e2e"] = e2e(arguments, folder)
    TARGET.write_text(json.dumps(goldens, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
