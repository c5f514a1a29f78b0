"""Makes packages/training/test/goldens/bart: a tiny random BART, and losses, gradients and AdamW steps of the methods
that enter an encoder-decoder model, by PyTorch.

Run: python tools/goldens/training/make_bart.py   (torch and transformers installed)
"""
import torch
from transformers import BartConfig, BartForConditionalGeneration

from make import OUT, Method, matrix_shapes, network, randomised, randoms, write

CONFIG = BartConfig(
    vocab_size=61, d_model=32, encoder_layers=3, decoder_layers=2, encoder_attention_heads=2, decoder_attention_heads=4,
    encoder_ffn_dim=40, decoder_ffn_dim=48, max_position_embeddings=40, dropout=0.0, attention_dropout=0.0, activation_dropout=0.0,
    init_std=0.2, bos_token_id=0, pad_token_id=1, eos_token_id=2, decoder_start_token_id=2, forced_eos_token_id=None,
)
WIDTH = CONFIG.d_model
# Source, the decoder's start token, target; and the first token that the loss falls on.
SEQUENCES = [
    ([0, 17, 9, 33, 50, 2, 2, 0, 33, 58, 11, 2], 7),
    ([0, 21, 5, 2, 2, 0, 7, 2], 5),
    ([0, 30, 31, 32, 33, 34, 60, 44, 2, 2, 0, 59, 12, 44, 8, 60, 2], 10),
]


def attend(module, prefix):
    """BartAttention with keys and values before its own, written out; the prefix takes no positions."""
    heads = module.num_heads
    split = lambda x: x.view(len(x), -1, heads, WIDTH // heads).transpose(1, 2)

    def forward(hidden_states, key_value_states=None, **_):
        source = hidden_states if key_value_states is None else key_value_states
        q, k, v = split(module.q_proj(hidden_states)), split(module.k_proj(source)), split(module.v_proj(source))
        scores = q @ torch.cat([prefix[0], k], 2).transpose(2, 3) * (WIDTH // heads) ** -0.5
        if module.is_decoder and key_value_states is None:
            T, P = hidden_states.shape[1], prefix[0].shape[2]
            scores = scores.masked_fill(torch.ones(T, P + T).triu(P + 1).bool(), float("-inf"))
        mixed = torch.softmax(scores, -1) @ torch.cat([prefix[1], v], 2)
        return module.out_proj(mixed.transpose(1, 2).reshape(hidden_states.shape)), None

    module.forward = forward


class Bart(Method):
    objective = "token-mean"
    sequences = SEQUENCES
    out = OUT / "bart"

    def target_logits(self, ids, start):
        tensor = lambda tokens: torch.tensor([tokens])
        return self.model(input_ids=tensor(ids[: start - 1]), decoder_input_ids=tensor(ids[start - 1 : -1]), use_cache=False).logits[0]

    def layers(self):
        stacks = {"encoder": self.model.model.encoder.layers, "decoder": self.model.model.decoder.layers}
        return {f"{stack}.layers.{l}": layer for stack, layers in stacks.items() for l, layer in enumerate(layers)}


class Prefix(Bart):
    settings = {"length": 3, "width": 24, "networkWidth": 16}

    def attentions(self):
        """Each site's attention modules, layer by layer."""
        encoder, decoder = self.model.model.encoder.layers, self.model.model.decoder.layers
        every = {"encoder": [x.self_attn for x in encoder], "decoder": [x.self_attn for x in decoder], "cross": [x.encoder_attn for x in decoder]}
        return {site: every[site] for site in self.settings.get("sites", every)}

    def make(self):
        shapes = {site: matrix_shapes(3, 24, 16, 2 * len(modules) * WIDTH) for site, modules in self.attentions().items()}
        made = {site: randoms(own, 10 + i) for i, (site, own) in enumerate(shapes.items())}
        return {f"{site}.{name}": value for site, own in made.items() for name, value in own.items()}

    def target_logits(self, ids, start):
        for site, modules in self.attentions().items():
            own = {name[len(site) + 1 :]: value for name, value in self.parameters.items() if name.startswith(f"{site}.")}
            heads = modules[0].num_heads
            slots = network(own).view(1, 3, 2 * len(modules), heads, WIDTH // heads).permute(2, 0, 3, 1, 4)
            for l, module in enumerate(modules):
                attend(module, (slots[2 * l], slots[2 * l + 1]))
        return super().target_logits(ids, start)


class CrossPrefix(Prefix):
    settings = {**Prefix.settings, "sites": ["cross"]}


class Adapter(Bart):
    settings = {"bottleneck": 5}

    def make(self):
        shapes = {"ln.weight": (WIDTH,), "ln.bias": (WIDTH,), "down.weight": (5, WIDTH), "down.bias": (5,), "up.weight": (WIDTH, 5), "up.bias": (WIDTH,)}
        return randoms({f"{path}.adapter.{name}": shape for path in self.layers() for name, shape in shapes.items()}, 4)

    def block(self, path, x):
        p = lambda name: self.parameters[f"{path}.adapter.{name}"]
        normed = torch.nn.functional.layer_norm(x, (WIDTH,), p("ln.weight"), p("ln.bias"))
        return x + torch.relu(normed @ p("down.weight").T + p("down.bias")) @ p("up.weight").T + p("up.bias")

    def target_logits(self, ids, start):
        after = lambda path: lambda _m, _i, out: (self.block(path, out[0]), *out[1:]) if isinstance(out, tuple) else self.block(path, out)
        hooks = [layer.register_forward_hook(after(path)) for path, layer in self.layers().items()]
        logits = super().target_logits(ids, start)
        for hook in hooks:
            hook.remove()
        return logits


class Lora(Bart):
    settings = {"rank": 3, "alpha": 6, "targets": ["q_proj", "v_proj", "fc1"]}

    def modules(self):
        return {name: module for name, module in self.model.model.named_modules() if name.endswith(tuple(f".{t}" for t in self.settings["targets"]))}

    def make(self):
        shapes = {}
        for name, module in self.modules().items():
            outputs, inputs = module.weight.shape
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


class FineTune(Bart):
    label_smoothing = 0.1

    def make(self):
        return {name: parameter.requires_grad_() for name, parameter in self.model.model.named_parameters() if self.trains(name)}

    def trains(self, _name):
        return True


class FineTuneTop(FineTune):
    label_smoothing = 0.0
    settings = {"layers": 1}

    def trains(self, name):
        return name.startswith((f"decoder.layers.{CONFIG.decoder_layers - 1}.", "shared."))


METHODS = {"prefix": Prefix, "cross-prefix": CrossPrefix, "adapter": Adapter, "lora": Lora, "fine-tune": FineTune, "ft-top2": FineTuneTop}


def make_model():
    torch.manual_seed(1)
    return randomised(BartForConditionalGeneration(CONFIG))


def check_attention():
    """Without a prefix the written-out attention is transformers' own."""
    plain, written = Bart.__new__(Bart), Bart.__new__(Bart)
    plain.model, written.model = make_model(), make_model()
    for name, module in written.model.named_modules():
        if name.endswith("attn"):
            none = torch.zeros(1, module.num_heads, 0, WIDTH // module.num_heads)
            attend(module, (none, none))
    for ids, start in SEQUENCES:
        torch.testing.assert_close(plain.target_logits(ids, start), written.target_logits(ids, start))


def main():
    check_attention()
    parameters = make_model().model.named_parameters()
    write(Bart.out, config=CONFIG, parameters=parameters, methods=METHODS, sequences=SEQUENCES, make_model=make_model)


if __name__ == "__main__":
    main()
