"""Token ids as Python's tokenizers gives them: of hostile lines in full, of lines of the real data as hashes.

The real lines are the first so many lines of each file, split at line feeds; PREFIX_TUNING_DATA names the data folder.
"""
import gzip
import hashlib
import os
import pathlib
import random
import struct

from tokenizers import Tokenizer

from common import PACKAGE, save_json, tiny_tokenizer

FILES = {
    "e2e/devset.csv": 2500,
    "webnlg/test/testdata_with_lex.xml.gz": 2500,
    "dart/dart-v1.1.1-full-test.xml.gz": 2500,
    "xsum/xsum-pairs.jsonl.gz": 200,
    "text/novels-eltec-eng.txt.gz": 2500,
}
HOSTILE = [
    "", " ", "  ", "\n", "\t\t \r\n", "a", " a", "a ", "  leading and  double  spaces ", "don't we'll I'M 'tis 's 't", "1234567890 3.14 1,000",
    "naïve café déjà-vu Ÿ ß ſ", "e\u0301 vs \u00e9", "日本語のテキスト 中文字符 한국어", "العربية עברית", "🙂👩‍👩‍👧‍👦🏳️‍🌈 flags 🇩🇪", "\u200b\u200d\ufeff zero width",
    "\u00a0no-break\u2003em\u3000ideographic", "<|endoftext|>", "a<|endoftext|>b <|endoftext|> c", "<|endoftext|", "\x00\x01\x7f control", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈",
    "ﬁ ﬂ ǆ Ⅷ ² ½ ① ٣ ௧", "under_score-dash/slash\\back", "!!!???...;;;", "\u2028line\u2029para", "a\u0300\u0301\u0302\u0303 zalgo", "ÅÅ Ω Ω", "ᾳ İi̇ ı",
]


def random_unicode(count):
    rng = random.Random(7)
    ranges = [(0x20, 0x7E), (0x80, 0x2FF), (0x300, 0x36F), (0x370, 0x1FFF), (0x2000, 0x2FFF), (0x3000, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF)]
    return ["".join(chr(rng.randint(*rng.choice(ranges))) if rng.random() < 0.8 else " " for _ in range(rng.randint(1, 30))) for _ in range(count)]


def lines(root, name, count):
    data = (root / name).read_bytes()
    text = (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8")
    return text.split("\n")[:count]


def digest(rows):
    """SHA-256 of all ids as 32-bit little-endian integers, each line followed by -1."""
    out = hashlib.sha256()
    for ids in rows:
        out.update(struct.pack(f"<{len(ids) + 1}i", *ids, -1))
    return out.hexdigest()


def main():
    tiny = tiny_tokenizer()
    hostile = HOSTILE + random_unicode(200)
    golden = {"lines": hostile, "tiny": [tiny.encode(line).ids for line in hostile], "decoded": [tiny.decode(tiny.encode(line).ids, skip_special_tokens=False) for line in hostile]}
    root = pathlib.Path(os.environ["PREFIX_TUNING_DATA"])
    gpt2 = Tokenizer.from_file(str(root / "gpt2/tokenizer.json"))
    golden["gpt2"] = digest(gpt2.encode(line).ids for line in hostile)
    golden["files"] = [
        {"file": name, "lines": count, "digest": digest(gpt2.encode(line).ids for line in lines(root, name, count))} for name, count in FILES.items()
    ]
    save_json("tokenizer", golden)


if __name__ == "__main__":
    main()
