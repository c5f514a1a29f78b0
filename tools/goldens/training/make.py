"""Makes packages/training/test/goldens: a tiny random GPT-2, and losses, gradients and AdamW steps of every tuning
method by PyTorch.

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
WIDTH, LAYERS = CONFIG.n_embd, CONFIG.n_layer
# Ids, and the first token that the loss falls on.
SEQUENCES = [
    ([4, 17, 9, 60, 33, 2, 58, 11, 60], 4),
    ([21, 5, 5, 60, 7, 60], 4),
    ([30, 31, 32, 33, 34, 60, 1, 0, 59, 12, 44, 8, 60], 6),
]
LEARNING_RATES = [3e-2, 2e-2, 1e-2]
CLIP = 1.0
# Far above rounding noise: the gradient of a key's bias is exactly zero, and Adam would blow its noise up to full steps.
EPSILON = 1e-4


def randoms(shapes, seed):
    generator = torch.Generator().manual_seed(seed)
    scale = lambda name: 1.0 if name in ("embedding.weight", "virtual.weight") else 0.3
    return {name: (scale(name) * torch.randn(*shape, generator=generator)).requires_grad_() for name, shape in shapes.items()}


def matrix_shapes(length, width, hidden, out):
    return {
        "embedding.weight": (length, width), "transform.0.weight": (hidden, width), "transform.0.bias": (hidden,),
        "transform.2.weight": (out, hidden), "transform.2.bias": (out,),
    }


def network(p):
    hidden = torch.tanh(p["embedding.weight"] @ p["transform.0.weight"].T + p["transform.0.bias"])
    return hidden @ p["transform.2.weight"].T + p["transform.2.bias"]


def split_slots(rows):
    """Rows [P, 2 L C] as keys and values of each layer, after the released code's get_prompt."""
    slots = rows.view(1, len(rows), 2 * LAYERS, CONFIG.n_head, WIDTH // CONFIG.n_head).permute([2, 0, 3, 1, 4])
    return [(slots[2 * layer], slots[2 * layer + 1]) for layer in range(LAYERS)]


def cache_of(pairs):
    cache = DynamicCache()
    for layer, (key, value) in enumerate(pairs):
        cache.update(key, value, layer)
    return cache


def pairs_of(cache):
    return [(cache.layers[layer].keys, cache.layers[layer].values) for layer in range(LAYERS)]


class Method:
    """What trains, and the logits of one sequence's targets. One sequence at a time: no padding that could hide a mistake."""

    objective = "example-sum"
    settings = {}
    label_smoothing = 0.0
    sequences = SEQUENCES
    out = OUT

    def __init__(self, model):
        self.model = model
        self.parameters = self.make()

    def past(self):
        return None

    def target_logits(self, ids, start):
        logits = self.model(input_ids=torch.tensor([ids[:-1]]), past_key_values=self.past()).logits[0]
        return logits[start - 1 :]


class Prefix(Method):
    settings = {"length": 3, "width": 24, "networkWidth": 16}

    def make(self):
        return randoms(matrix_shapes(3, 24, 16, 2 * LAYERS * WIDTH), 1)

    def past(self):
        return cache_of(split_slots(network(self.parameters)))


class EmbeddingOnly(Method):
    settings = {"length": 3, "networkWidth": 16}

    def make(self):
        return randoms(matrix_shapes(3, WIDTH, 16, WIDTH), 2)

    def past(self):
        return self.model(inputs_embeds=network(self.parameters)[None], use_cache=True).past_key_values


class Infix(Method):
    settings = {"length": 2, "networkWidth": 16}

    def make(self):
        return randoms({**matrix_shapes(2, WIDTH, 16, 2 * LAYERS * WIDTH), "virtual.weight": (2, WIDTH)}, 3)

    def target_logits(self, ids, start):
        source = self.model.transformer.wte(torch.tensor(ids[: start - 1]))
        both = torch.cat([source, self.parameters["virtual.weight"]])[None]
        cache = pairs_of(self.model(inputs_embeds=both, use_cache=True).past_key_values)
        infix = split_slots(network(self.parameters))
        silent = lambda x: torch.nn.functional.pad(x, (0, 0, start - 1, 0))
        added = [tuple(c + silent(i) for c, i in zip(*both)) for both in zip(cache, infix)]
        return self.model(input_ids=torch.tensor([ids[start - 1 : -1]]), past_key_values=cache_of(added)).logits[0]


class Adapter(Method):
    objective = "token-mean"
    settings = {"bottleneck": 5}

    def make(self):
        shapes = {"ln.weight": (WIDTH,), "ln.bias": (WIDTH,), "down.weight": (5, WIDTH), "down.bias": (5,), "up.weight": (WIDTH, 5), "up.bias": (WIDTH,)}
        return randoms({f"h.{layer}.adapter.{name}": shape for layer in range(LAYERS) for name, shape in shapes.items()}, 4)

    def block(self, layer, x):
        p = lambda name: self.parameters[f"h.{layer}.adapter.{name}"]
        normed = torch.nn.functional.layer_norm(x, (WIDTH,), p("ln.weight"), p("ln.bias"))
        return x + torch.relu(normed @ p("down.weight").T + p("down.bias")) @ p("up.weight").T + p("up.bias")

    def target_logits(self, ids, start):
        first = lambda layer: lambda _m, _i, out: (self.block(layer, out[0]), *out[1:]) if isinstance(out, tuple) else self.block(layer, out)
        hooks = [block.register_forward_hook(first(layer)) for layer, block in enumerate(self.model.transformer.h)]
        logits = super().target_logits(ids, start)
        for hook in hooks:
            hook.remove()
        return logits


class Lora(Method):
    objective = "token-mean"
    settings = {"rank": 3, "alpha": 6, "targets": ["c_attn", "mlp.c_proj"]}

    def modules(self):
        return {name: module for name, module in self.model.transformer.named_modules() if name.endswith(tuple(f".{t}" for t in self.settings["targets"]))}

    def make(self):
        shapes = {}
        for name, module in self.modules().items():
            inputs, outputs = module.weight.shape
            shapes |= {f"{name}.lora_A.weight": (3, inputs), f"{name}.lora_B.weight": (outputs, 3)}
        return randoms(shapes, 5)

    def target_logits(self, ids, start):
        p = self.parameters
        added = lambda name: lambda _m, args, out: out + 2.0 * args[0] @ p[f"{name}.lora_A.weight"].T @ p[f"{name}.lora_B.weight"].T
        hooks = [module.register_forward_hook(added(name)) for name, module in self.modules().items()]
        logits = super().target_logits(ids, start)
        for hook in hooks:
            hook.remove()
        return logits


class FineTune(Method):
    objective = "token-mean"

    def make(self):
        named = self.model.transformer.named_parameters()
        return {name: parameter.requires_grad_() for name, parameter in named if self.trains(name)}

    def trains(self, _name):
        return True


class FineTuneTop(FineTune):
    settings = {"layers": 1}

    def trains(self, name):
        return name.startswith((f"h.{LAYERS - 1}.", "ln_f.", "wte."))


METHODS = {
    "prefix": Prefix, "embedding-only": EmbeddingOnly, "infix": Infix, "adapter": Adapter, "lora": Lora,
    "fine-tune": FineTune, "ft-top2": FineTuneTop,
}


def loss_of(method):
    losses = []
    for ids, start in method.sequences:
        logits = method.target_logits(ids, start)
        losses.append(torch.nn.functional.cross_entropy(logits, torch.tensor(ids[start:]), reduction="none", label_smoothing=method.label_smoothing))
    return sum(loss.sum() for loss in losses) / len(losses) if method.objective == "example-sum" else torch.cat(losses).mean()


def record(name, method):
    """The first step's gradients, then three steps of clipped AdamW."""
    parameters = list(method.parameters.values())
    tensors = {f"start/{key}": value.detach().clone() for key, value in method.parameters.items()}
    optimiser = torch.optim.AdamW(parameters, lr=1.0, weight_decay=0.1, eps=EPSILON)
    losses, norms = [], []
    for step, rate in enumerate(LEARNING_RATES):
        optimiser.param_groups[0]["lr"] = rate
        optimiser.zero_grad()
        loss = loss_of(method)
        loss.backward()
        if step == 0:
            tensors |= {f"gradient/{key}": value.grad.clone() for key, value in method.parameters.items()}
        norms.append(torch.nn.utils.clip_grad_norm_(parameters, CLIP).item())
        losses.append(loss.item())
        optimiser.step()
    tensors |= {f"end/{key}": value.detach().clone() for key, value in method.parameters.items()}
    save(tensors, method.out / f"{name}.safetensors")
    smoothing = {"labelSmoothing": method.label_smoothing} if method.label_smoothing else {}
    numbers = {**smoothing, "losses": losses, "gradientNorms": norms, "learningRates": LEARNING_RATES, "clipNorm": CLIP, "weightDecay": 0.1, "epsilon": EPSILON}
    return {"objective": method.objective, "settings": method.settings, **numbers}


def save(tensors, path):
    save_file({key: value.contiguous() for key, value in tensors.items()}, path)
    path.chmod(0o644)


def randomised(model):
    for parameter in model.parameters():  # biases and norms too, so that no gradient hides behind a zero or a one
        parameter.data += 0.1 * torch.randn_like(parameter)
    return model.eval().requires_grad_(False)


def make_model():
    torch.manual_seed(0)
    return randomised(GPT2LMHeadModel(CONFIG))


def write(out, *, config, parameters, methods, sequences, make_model):
    """The model, and the runs of every method on it."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "config.json").write_text(json.dumps(config.to_dict(), indent=1, sort_keys=True) + "\n")
    save({name: value.detach().clone() for name, value in parameters}, out / "model.safetensors")
    runs = {name: record(name, kind(make_model())) for name, kind in methods.items()}
    listed = [{"id": f"s{i}", "ids": ids, "from": start} for i, (ids, start) in enumerate(sequences)]
    (out / "runs.json").write_text(json.dumps({"sequences": listed, "runs": runs}, indent=1) + "\n")


def main():
    parameters = make_model().transformer.named_parameters()
    write(OUT, config=CONFIG, parameters=parameters, methods=METHODS, sequences=SEQUENCES, make_model=make_model)


if __name__ == "__main__":
    main()
