"""Makes packages/training/test/goldens: a tiny random GPT-2, and losses, gradients and AdamW steps by PyTorch.

Run: python tools/goldens/training/make.py   (torch and transformers installed)
"""
import json
import pathlib

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel
from transformers.cache_utils import DynamicCache

OUT = pathlib.Path(__file__).parents[3] / "packages/training/test/goldens"
CONFIG = GPT2Config(
    vocab_size=61, n_embd=32, n_layer=2, n_head=4, n_positions=40, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
    initializer_range=0.2, bos_token_id=60, eos_token_id=60,
)
# Ids, and the first token that the loss falls on.
SEQUENCES = [
    ([4, 17, 9, 60, 33, 2, 58, 11, 60], 4),
    ([21, 5, 5, 60, 7, 60], 4),
    ([30, 31, 32, 33, 34, 60, 1, 0, 59, 12, 44, 8, 60], 6),
]
PREFIX = {"length": 3, "width": 24, "networkWidth": 16}
LEARNING_RATES = [3e-2, 2e-2, 1e-2]
CLIP = 1.0
# Far above rounding noise: the gradient of a key's bias is exactly zero, and Adam would blow its noise up to full steps.
EPSILON = 1e-4


def prefix_parameters(generator):
    slots = 2 * CONFIG.n_layer * CONFIG.n_embd
    width, hidden = PREFIX["width"], PREFIX["networkWidth"]
    normal = lambda *shape, scale=1.0: (scale * torch.randn(*shape, generator=generator)).requires_grad_()
    return {
        "embedding.weight": normal(PREFIX["length"], width),
        "transform.0.weight": normal(hidden, width, scale=0.3),
        "transform.0.bias": normal(hidden, scale=0.3),
        "transform.2.weight": normal(slots, hidden, scale=0.3),
        "transform.2.bias": normal(slots, scale=0.3),
    }


def expand(parameters):
    """The prefix as keys and values, after the released code's get_prompt."""
    hidden = torch.tanh(parameters["embedding.weight"] @ parameters["transform.0.weight"].T + parameters["transform.0.bias"])
    rows = hidden @ parameters["transform.2.weight"].T + parameters["transform.2.bias"]
    heads, size = CONFIG.n_head, CONFIG.n_embd // CONFIG.n_head
    slots = rows.view(1, PREFIX["length"], 2 * CONFIG.n_layer, heads, size).permute([2, 0, 3, 1, 4])
    return [(slots[2 * layer], slots[2 * layer + 1]) for layer in range(CONFIG.n_layer)]


def sequence_losses(model, prefix):
    """-log p of each target token, one sequence at a time: no padding that could hide a mistake."""
    for ids, start in SEQUENCES:
        tokens = torch.tensor([ids])
        cache = None
        if prefix is not None:
            cache = DynamicCache()
            for layer, (key, value) in enumerate(expand(prefix)):
                cache.update(key, value, layer)
        logits = model(input_ids=tokens[:, :-1], past_key_values=cache).logits[0]
        log_p = torch.log_softmax(logits[start - 1 :], -1)
        yield -log_p.gather(1, tokens[0, start:, None])[:, 0]


def loss_of(model, prefix, objective):
    losses = list(sequence_losses(model, prefix))
    return sum(loss.sum() for loss in losses) / len(losses) if objective == "example-sum" else torch.cat(losses).mean()


def record(name, model, parameters, prefix, objective):
    """The first step's gradients, then three steps of clipped AdamW."""
    tensors = {f"start/{key}": value.detach().clone() for key, value in parameters.items()}
    optimiser = torch.optim.AdamW(list(parameters.values()), lr=1.0, weight_decay=0.1, eps=EPSILON)
    losses, norms = [], []
    for step, rate in enumerate(LEARNING_RATES):
        optimiser.param_groups[0]["lr"] = rate
        optimiser.zero_grad()
        loss = loss_of(model, prefix, objective)
        loss.backward()
        if step == 0:
            tensors |= {f"gradient/{key}": value.grad.clone() for key, value in parameters.items()}
        norms.append(torch.nn.utils.clip_grad_norm_(list(parameters.values()), CLIP).item())
        losses.append(loss.item())
        optimiser.step()
    tensors |= {f"end/{key}": value.detach().clone() for key, value in parameters.items()}
    save_file({key: value.contiguous() for key, value in tensors.items()}, OUT / f"{name}.safetensors")
    return {"objective": objective, "losses": losses, "gradientNorms": norms, "learningRates": LEARNING_RATES, "clipNorm": CLIP, "weightDecay": 0.1, "epsilon": EPSILON}


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    model = GPT2LMHeadModel(CONFIG).eval()
    for parameter in model.parameters():  # biases and norms too, so that no gradient hides behind a zero or a one
        parameter.data += 0.1 * torch.randn_like(parameter)
    names = {name: parameter for name, parameter in model.transformer.named_parameters()}
    (OUT / "config.json").write_text(json.dumps(CONFIG.to_dict(), indent=1, sort_keys=True) + "\n")
    save_file({name: value.detach().clone() for name, value in names.items()}, OUT / "model.safetensors")
    prefix = prefix_parameters(torch.Generator().manual_seed(1))
    model.requires_grad_(False)
    runs = {"prefix": record("prefix", model, prefix, prefix, "example-sum")}
    model.requires_grad_(True)
    runs["fine-tune"] = record("fine-tune", model, names, None, "token-mean")
    sequences = [{"id": f"s{i}", "ids": ids, "from": start} for i, (ids, start) in enumerate(SEQUENCES)]
    for file in OUT.glob("*.safetensors"):
        file.chmod(0o644)
    (OUT / "runs.json").write_text(json.dumps({"sequences": sequences, "prefix": PREFIX, "runs": runs}, indent=1) + "\n")


if __name__ == "__main__":
    main()
