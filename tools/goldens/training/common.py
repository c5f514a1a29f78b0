"""What the golden scripts of every model family share: trained parameters, losses, gradients and AdamW steps by PyTorch."""
import json
import pathlib

import torch
from safetensors.torch import save_file
from torch.nn.functional import cross_entropy, layer_norm

OUT = pathlib.Path(__file__).parents[3] / "packages/training/test/goldens"
LEARNING_RATES = [3e-2, 2e-2, 1e-2]
CLIP = 1.0
# Far above rounding noise: the gradient of a key's bias is exactly zero, and Adam would blow its noise up to full steps.
EPSILON = 1e-4


class Family:
    """Where a model of one architecture keeps what methods need. `sequences` are ids with the first index of the loss."""

    name: str
    config = None
    width: int
    in_out = False
    sequences: list

    def make_model(self):
        raise NotImplementedError

    def parameters(self, model):
        """Every parameter by the toolkit's name."""
        raise NotImplementedError

    def layers(self, model):
        """Every layer by its path."""
        raise NotImplementedError

    def core(self, model):
        """The module whose linear maps have the toolkit's names."""
        raise NotImplementedError

    def target_logits(self, model, ids, start, past=None):
        """Logits of one sequence's targets; one at a time, with no padding that could hide a mistake."""
        raise NotImplementedError


class Method:
    """What trains, and the logits of one sequence's targets."""

    objective = "example-sum"
    settings = {}
    label_smoothing = 0.0

    def __init__(self, family):
        self.family = family
        self.model = family.make_model()
        self.parameters = self.make()

    def make(self):
        raise NotImplementedError

    def target_logits(self, ids, start):
        return self.family.target_logits(self.model, ids, start)


def randoms(shapes, seed):
    generator = torch.Generator().manual_seed(seed)
    scale = lambda name: 1.0 if name in ("embedding.weight", "virtual.weight") else 0.3
    return {name: (scale(name) * torch.randn(*shape, generator=generator)).requires_grad_() for name, shape in shapes.items()}


def randomised(model):
    for parameter in model.parameters():  # biases and norms too, so that no gradient hides behind a zero or a one
        parameter.data += 0.1 * torch.randn_like(parameter)
    return model.eval().requires_grad_(False)


def matrix_shapes(length, width, hidden, out):
    return {
        "embedding.weight": (length, width), "transform.0.weight": (hidden, width), "transform.0.bias": (hidden,),
        "transform.2.weight": (out, hidden), "transform.2.bias": (out,),
    }


def network(p):
    hidden = torch.tanh(p["embedding.weight"] @ p["transform.0.weight"].T + p["transform.0.bias"])
    return hidden @ p["transform.2.weight"].T + p["transform.2.bias"]


def split_slots(rows, *, layers, heads, head_dim):
    """Rows [P, 2 L H D] as keys and values of each layer, after the released code's get_prompt."""
    slots = rows.view(1, len(rows), 2 * layers, heads, head_dim).permute([2, 0, 3, 1, 4])
    return [(slots[2 * layer], slots[2 * layer + 1]) for layer in range(layers)]


class Adapter(Method):
    objective = "token-mean"
    settings = {"bottleneck": 5}

    def make(self):
        width = self.family.width
        shapes = {"ln.weight": (width,), "ln.bias": (width,), "down.weight": (5, width), "down.bias": (5,), "up.weight": (width, 5), "up.bias": (width,)}
        return randoms({f"{path}.adapter.{name}": shape for path in self.family.layers(self.model) for name, shape in shapes.items()}, 4)

    def block(self, path, x):
        p = lambda name: self.parameters[f"{path}.adapter.{name}"]
        normed = layer_norm(x, (self.family.width,), p("ln.weight"), p("ln.bias"))
        return x + torch.relu(normed @ p("down.weight").T + p("down.bias")) @ p("up.weight").T + p("up.bias")

    def target_logits(self, ids, start):
        after = lambda path: lambda _m, _i, out: (self.block(path, out[0]), *out[1:]) if isinstance(out, tuple) else self.block(path, out)
        return hooked(self.family.layers(self.model), after, lambda: super(Adapter, self).target_logits(ids, start))


class Lora(Method):
    objective = "token-mean"

    def modules(self):
        ends = tuple(f".{target}" for target in self.settings["targets"])
        return {name: module for name, module in self.family.core(self.model).named_modules() if name.endswith(ends)}

    def make(self):
        shapes = {}
        for name, module in self.modules().items():
            inputs, outputs = module.weight.shape if self.family.in_out else module.weight.shape[::-1]
            shapes |= {f"{name}.lora_A.weight": (3, inputs), f"{name}.lora_B.weight": (outputs, 3)}
        return randoms(shapes, 5)

    def target_logits(self, ids, start):
        p = self.parameters
        added = lambda name: lambda _m, args, out: out + 2.0 * args[0] @ p[f"{name}.lora_A.weight"].T @ p[f"{name}.lora_B.weight"].T
        return hooked(self.modules(), added, lambda: super(Lora, self).target_logits(ids, start))


def hooked(modules, hook, run):
    handles = [module.register_forward_hook(hook(name)) for name, module in modules.items()]
    result = run()
    for handle in handles:
        handle.remove()
    return result


class FineTune(Method):
    objective = "token-mean"

    def make(self):
        return {name: parameter.requires_grad_() for name, parameter in self.family.parameters(self.model).items() if self.trains(name)}

    def trains(self, _name):
        return True


class FineTuneTop(FineTune):
    settings = {"layers": 1}

    def trains(self, name):
        return name.startswith(tuple(self.family.top))


def loss_of(method):
    losses = []
    for ids, start in method.family.sequences:
        logits = method.target_logits(ids, start)
        losses.append(cross_entropy(logits, torch.tensor(ids[start:]), reduction="none", label_smoothing=method.label_smoothing))
    return sum(loss.sum() for loss in losses) / len(losses) if method.objective == "example-sum" else torch.cat(losses).mean()


def record(path, method):
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
    save(tensors, path)
    smoothing = {"labelSmoothing": method.label_smoothing} if method.label_smoothing else {}
    numbers = {"losses": losses, "gradientNorms": norms, "learningRates": LEARNING_RATES, "clipNorm": CLIP, "weightDecay": 0.1, "epsilon": EPSILON}
    return {"objective": method.objective, "settings": method.settings, **smoothing, **numbers}


def save(tensors, path):
    save_file({key: value.detach().clone().contiguous() for key, value in tensors.items()}, path)
    path.chmod(0o644)


def write(family, methods):
    """A family's model, and the runs of every method on it."""
    out = OUT / family.name
    out.mkdir(parents=True, exist_ok=True)
    (out / "config.json").write_text(json.dumps(family.config.to_dict(), indent=1, sort_keys=True) + "\n")
    save(family.parameters(family.make_model()), out / "model.safetensors")
    runs = {name: record(out / f"{name}.safetensors", kind(family)) for name, kind in methods.items()}
    sequences = [{"id": f"s{i}", "ids": ids, "from": start} for i, (ids, start) in enumerate(family.sequences)]
    (out / "runs.json").write_text(json.dumps({"sequences": sequences, "runs": runs}, indent=1) + "\n")
