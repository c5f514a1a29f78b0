"""Hugging Face's generate on the prompts of a job: reads the job on standard input, prints the report."""
import json
import sys
import time
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM

sys.path.append(str(Path(__file__).parents[1]))
from peak_memory import peak_memory  # noqa: E402


def generate(model, prompts, job):
    """Batches in the order given, padded on the left; the best sequence of each prompt, new tokens only."""
    out = []
    for start in range(0, len(prompts), job["batch"]):
        rows = prompts[start : start + job["batch"]]
        longest = max(map(len, rows))
        ids = torch.tensor([[0] * (longest - len(row)) + row for row in rows])
        mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows])
        with torch.inference_mode():
            sequences = model.generate(ids, attention_mask=mask, num_beams=job["beams"], do_sample=False, max_new_tokens=job["newTokens"],
                                       min_new_tokens=job["newTokens"], pad_token_id=0)
        out += sequences[:, longest:].tolist()
    return out


def main():
    job = json.load(sys.stdin)
    torch.set_num_threads(job["threads"])
    model = AutoModelForCausalLM.from_pretrained(job["folder"], dtype=torch.float32).eval()
    started = time.perf_counter()
    tokens = generate(model, job["prompts"][: job["batch"]], job)
    first, before = time.perf_counter(), time.process_time()
    if not job.get("once"):
        tokens = generate(model, job["prompts"], job)
    done, processor = time.perf_counter(), time.process_time() - before
    peak = peak_memory()
    print(json.dumps({"seconds": done - first, "processor": processor, "firstSeconds": first - started, "peak": peak, "tokens": tokens}))


if __name__ == "__main__":
    main()
