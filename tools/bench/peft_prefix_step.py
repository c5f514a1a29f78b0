"""Prefix-tuning with Hugging Face PEFT, one step for each line it reads: prints the seconds of each, and last the peak memory.

    python peft_prefix_step.py MODEL_FOLDER BATCHES.json

Batches of {ids, from}, padded to their longest as PEFT's examples do. Exits with 2 if PEFT is not installed.
"""
import json
import sys
import time

from peak_memory import peak_memory

try:
    import torch
    from peft import PrefixTuningConfig, TaskType, get_peft_model
    from transformers import AutoModelForCausalLM
except ImportError:
    sys.exit(2)

folder, file = sys.argv[1:]
with open(file) as handle:
    batches = json.load(handle)
torch.manual_seed(1)
config = PrefixTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=5, prefix_projection=True, encoder_hidden_size=512)
model = get_peft_model(AutoModelForCausalLM.from_pretrained(folder), config)
model.train()
optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=8e-5, weight_decay=0)


def padded(batch):
    longest = max(len(example["ids"]) for example in batch)
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    mask, labels = torch.zeros_like(ids), torch.full_like(ids, -100)
    for row, example in enumerate(batch):
        n = len(example["ids"])
        ids[row, :n] = torch.tensor(example["ids"])
        mask[row, :n] = 1
        labels[row, example["from"] : n] = ids[row, example["from"] : n]
    return ids, mask, labels


def step(batch):
    started = time.perf_counter()
    ids, mask, labels = padded(batch)
    model(input_ids=ids, attention_mask=mask, labels=labels).loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    optimiser.zero_grad()
    return time.perf_counter() - started


step(batches[0])
print("ready", flush=True)
done = 0
for _ in sys.stdin:
    print(step(batches[done % len(batches)]), flush=True)
    done += 1
print(peak_memory(), flush=True)
