"""Runs the reference implementations of the lexical metrics; see README.md."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager

import sacrebleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer.ptbtokenizer import PUNCTUATIONS, STANFORD_CORENLP_3_4_1_JAR
from rouge_score import rouge_scorer


@contextmanager
def folder():
    path = tempfile.mkdtemp()
    try:
        yield path
    finally:
        shutil.rmtree(path)


def write(path, text):
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


# mteval-v13a and pymteval, as the E2E challenge's measure_scores.py calls them


def sgml(kind, columns):
    docs = []
    for number, column in enumerate(columns):
        name = kind if len(columns) == 1 else f"{kind}_{number}"
        segments = "".join(f'<seg id="{i + 1}">{text}</seg>\n' for i, text in enumerate(column))
        docs.append(f'<doc docid="test" genre="news" origlang="any" sysid="{name}">\n<p>\n{segments}</p>\n</doc>\n')
    return f'<{kind}set setid="e2e" srclang="any" trglang="en">\n{"".join(docs)}</{kind}set>'


def mteval(e2e_metrics, data):
    width = max(map(len, data["references"]))
    columns = [[refs[i] if i < len(refs) else "" for refs in data["references"]] for i in range(width)]
    with folder() as path:
        # The script loads XML::Twig for a format that is not used here.
        os.mkdir(f"{path}/XML")
        write(f"{path}/XML/Twig.pm", "package XML::Twig; 1;\n")
        files = {
            "-r": write(f"{path}/ref.sgm", sgml("ref", columns)),
            "-t": write(f"{path}/tst.sgm", sgml("tst", [data["hypotheses"]])),
            "-s": write(f"{path}/src.sgm", sgml("src", [[""] * len(data["hypotheses"])])),
            "-f": f"{path}/log.txt",
        }
        command = ["perl", f"-I{path}", f"{e2e_metrics}/mteval/mteval-v13a-sig.pl", "-d", "2"]
        output = subprocess.run(command + [x for pair in files.items() for x in pair], capture_output=True, text=True).stdout
    total = re.search(r"NIST score = ([\d.]+)  BLEU score = ([\d.]+)", output)
    segments = {"NIST": [], "BLEU": []}
    for name, score in re.findall(r'  (NIST|BLEU) score using [45]-grams = ([\d.]+) for system "tst" on seg', output):
        segments[name].append(float(score))
    return {
        "nist": float(total[1]),
        "bleu": float(total[2]),
        "nistSegments": segments["NIST"],
        "bleuSegments": segments["BLEU"],
    }


def pymteval(e2e_metrics, data):
    sys.path.insert(0, e2e_metrics)
    from metrics.pymteval import BLEUScore, NISTScore

    scorers = {"bleu": BLEUScore(), "nist": NISTScore()}
    alone = {"bleuSegments": BLEUScore(), "sentBleuSegments": BLEUScore(smoothing=1.0), "nistSegments": NISTScore()}
    segments = {name: [] for name in alone}
    for hypothesis, references in zip(data["hypotheses"], data["references"]):
        for scorer in scorers.values():
            scorer.append(hypothesis, references)
        for name, scorer in alone.items():
            scorer.reset()
            scorer.append(hypothesis, references)
            try:
                segments[name].append(scorer.score())
            except ZeroDivisionError:  # a hypothesis of 1 to 4 words in NIST
                segments[name].append(None)
    return {**{name: scorer.score() for name, scorer in scorers.items()}, **segments}


# multi-bleu.perl


def multi_bleu(script, data, *options):
    width = max(map(len, data["references"]))
    with folder() as path:
        # A reference that is not there is not the same as an empty one: the script takes its files' lines in order.
        files = [
            write(f"{path}/{i}", "".join((refs[i] if i < len(refs) else "") + "\n" for refs in data["references"])) for i in range(width)
        ]
        text = "".join(line + "\n" for line in data["hypotheses"])
        command = ["perl", script, *options, *files]
        output = subprocess.run(command, input=text, capture_output=True, text=True).stdout
    numbers = re.search(r"BLEU = ([\d.]+), ([\d./]+) \(BP=([\d.]+), ratio=([\d.]+), hyp_len=(\d+), ref_len=(\d+)\)", output)
    return {
        "score": float(numbers[1]),
        "precisions": [float(p) for p in numbers[2].split("/")],
        "brevityPenalty": float(numbers[3]),
        "hypothesisLength": int(numbers[5]),
        "referenceLength": int(numbers[6]),
    }


# sacrebleu


def sacre(data, **options):
    width = max(map(len, data["references"]))
    columns = [[refs[i] if i < len(refs) else None for refs in data["references"]] for i in range(width)]
    metric = sacrebleu.BLEU(**options)
    score = metric.corpus_score(data["hypotheses"], columns)
    signature = str(metric.get_signature())
    segments = [metric.sentence_score(h, r).score for h, r in zip(data["hypotheses"], data["references"])]
    return {"score": score.score, "signature": signature, "segments": segments}


def chrf(data, **options):
    width = max(map(len, data["references"]))
    columns = [[refs[i] if i < len(refs) else None for refs in data["references"]] for i in range(width)]
    metric = sacrebleu.CHRF(**options)
    score = metric.corpus_score(data["hypotheses"], columns)
    signature = str(metric.get_signature())
    segments = [metric.sentence_score(h, r).score for h, r in zip(data["hypotheses"], data["references"])]
    return {"score": score.score, "signature": signature, "segments": segments}


# The caption scripts


def ptb(texts):
    jar = os.path.join(os.path.dirname(sys.modules[Rouge.__module__].__file__), "../tokenizer", STANFORD_CORENLP_3_4_1_JAR)
    with folder() as path:
        file = write(f"{path}/text", "\n".join(texts))
        command = ["java", "-cp", jar, "edu.stanford.nlp.process.PTBTokenizer", "-preserveLines", "-lowerCase", file]
        output = subprocess.run(command, capture_output=True, encoding="utf-8").stdout
    lines = output.split("\n")
    assert len(lines) == len(texts) or lines[len(texts) :] == [""], (len(lines), len(texts))
    return [" ".join(w for w in line.rstrip().split(" ") if w not in PUNCTUATIONS) for line in lines[: len(texts)]]


def coco(data, unlike):
    """Tokens of all hypotheses; scores without the segments `unlike`, whose tokens ours differ from."""
    hypotheses = ptb(data["hypotheses"])
    flat = iter(ptb([text for refs in data["references"] for text in refs]))
    references = {i: [next(flat) for _ in refs] for i, refs in enumerate(data["references"])}
    answers = {i: [text] for i, text in enumerate(hypotheses) if i not in unlike}
    references = {i: references[i] for i in answers}
    rouge, rouge_segments = Rouge().compute_score(references, answers)
    cider, cider_segments = Cider().compute_score(references, answers)
    return {
        "tokens": hypotheses,
        "rougeL": float(rouge),
        "rougeLSegments": list(map(float, rouge_segments)),
        "cider": float(cider),
        "ciderSegments": list(map(float, cider_segments)),
    }


# ROUGE; a sentence a line


def lines(text):
    return text.replace(" . ", " .\n").replace(". ", ".\n")


def google_rouge(data, stem):
    types = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    scorer = rouge_scorer.RougeScorer(types, use_stemmer=stem)
    scores = [scorer.score_multi(list(map(lines, r)), lines(h)) for h, r in zip(data["hypotheses"], data["references"])]
    return {name: [float(score[name].fmeasure) for score in scores] for name in types}


DOM_STUB = """package XML::DOM; require Exporter; our @ISA = ('Exporter'); our @EXPORT = ('ELEMENT_NODE', 'TEXT_NODE');
sub ELEMENT_NODE { 1 } sub TEXT_NODE { 3 }
package XML::DOM::Parser; sub new { bless {}, shift } sub parsefile { }
1;
"""
BUILD_EXCEPTIONS = "use DB_File; tie %d, 'DB_File', $ARGV[0], O_CREAT|O_RDWR, 0640, $DB_HASH or die; while (<STDIN>) { /(\\S+) (\\S+)/ and $d{$1} = $2 }"


def perl_rouge(script, data, exceptions, *options):
    with folder() as path:
        os.mkdir(f"{path}/XML")
        write(f"{path}/XML/DOM.pm", DOM_STUB)  # for a format that is not used here
        write(f"{path}/smart_common_words.txt", "")
        subprocess.run(["perl", "-e", BUILD_EXCEPTIONS, f"{path}/WordNet-2.0.exc.db"], input=exceptions, text=True, check=True)
        pairs = []
        for i, (hypothesis, references) in enumerate(zip(data["hypotheses"], data["references"])):
            texts = [hypothesis, *references]
            pairs.append(" ".join(write(f"{path}/{i}.{j}", lines(text) + "\n") for j, text in enumerate(texts)))
        config = write(f"{path}/pairs", "\n".join(pairs) + "\n")
        command = ["perl", f"-I{path}", script, "-e", path, "-z", "SPL", "-d", "-n", "2", "-c", "95", "-p", "0.5", *options, config, "sys"]
        output = subprocess.run(command, capture_output=True, text=True, errors="replace").stdout
    result = {}
    for name, letter, value in re.findall(r"ROUGE-([12L]) Average_([RPF]): ([\d.]+)", output):
        result.setdefault(name, {})[{"R": "recall", "P": "precision", "F": "fmeasure"}[letter]] = float(value)
    for name, value in re.findall(r"ROUGE-([12L]) Eval \S+ R:[\d.]+ P:[\d.]+ F:([\d.]+)", output):
        result[name].setdefault("segments", []).append(float(value))
    return result
