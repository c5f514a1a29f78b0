"""Makes packages/training/test/goldens/bart: a tiny random BART, and losses, gradients and AdamW steps of the methods
that enter an encoder-decoder model, by PyTorch.

Run: python tools/goldens/training/encoder_decoder.py   (torch and transformers installed)
"""
import torch
from transformers import BartConfig, BartForConditionalGeneration

from common import Adapter, Family, FineTune, FineTuneTop, Lora, Method, matrix_shapes, network, randomised, randoms, split_slots, write


class Bart(Family):
    name, width = "bart", 32
    top = ["decoder.layers.1.", "shared."]
    # Source, the decoder's start token, target; and the first token that the loss falls on.
    sequences = [
        ([0, 17, 9, 33, 50, 2, 2, 0, 33, 58, 11, 2], 7),
        ([0, 21, 5, 2, 2, 0, 7, 2], 5),
        ([0, 30, 31, 32, 33, 34, 60, 44, 2, 2, 0, 59, 12, 44, 8, 60, 2], 10),
    ]
    config = BartConfig(
        vocab_size=61, d_model=32, encoder_layers=3, decoder_layers=2, encoder_attention_heads=2, decoder_attention_heads=4,
        encoder_ffn_dim=40, decoder_ffn_dim=48, max_position_embeddings=40, dropout=0.0, attention_dropout=0.0, activation_dropout=0.0,
        init_std=0.2, bos_token_id=0, pad_token_id=1, eos_token_id=2, decoder_start_token_id=2, forced_eos_token_id=None,
    )

    def make_model(self):
        torch.manual_seed(1)
        return randomised(BartForConditionalGeneration(self.config))

    def core(self, model):
        return model.model

    def parameters(self, model):
        return dict(model.model.named_parameters())

    def layers(self, model):
        stacks = {"encoder": model.model.encoder.layers, "decoder": model.model.decoder.layers}
        return {f"{stack}.layers.{l}": layer for stack, layers in stacks.items() for l, layer in enumerate(layers)}

    def target_logits(self, model, ids, start, past=None):
        tensor = lambda tokens: torch.tensor([tokens])
        return model(input_ids=tensor(ids[: start - 1]), decoder_input_ids=tensor(ids[start - 1 : -1]), use_cache=False).logits[0]


def attend(module, prefix):
    """BartAttention with keys and values before its own, written out; the prefix takes no positions."""
    heads, width = module.num_heads, Bart.width
    split = lambda x: x.view(len(x), -1, heads, width // heads).transpose(1, 2)

    def forward(hidden_states, key_value_states=None, **_):
        source = hidden_states if key_value_states is None else key_value_states
        q, k, v = split(module.q_proj(hidden_states)), split(module.k_proj(source)), split(module.v_proj(source))
        scores = q @ torch.cat([prefix[0], k], 2).transpose(2, 3) * (width // heads) ** -0.5
        if module.is_decoder and key_value_states is None:
            T, P = hidden_states.shape[1], prefix[0].shape[2]
            scores = scores.masked_fill(torch.ones(T, P + T).triu(P + 1).bool(), float("-inf"))
        mixed = torch.softmax(scores, -1) @ torch.cat([prefix[1], v], 2)
        return module.out_proj(mixed.transpose(1, 2).reshape(hidden_states.shape)), None

    module.forward = forward


def check_attention():
    """Without a prefix the written-out attention is transformers' own."""
    family = Bart()
    plain, written = family.make_model(), family.make_model()
    for name, module in written.named_modules():
        if name.endswith("attn"):
            none = torch.zeros(1, module.num_heads, 0, family.width // module.num_heads)
            attend(module, (none, none))
    for ids, start in family.sequences:
        torch.testing.assert_close(family.target_logits(plain, ids, start), family.target_logits(written, ids, start))


class Prefix(Method):
    objective = "token-mean"  # as the released code for BART
    settings = {"length": 3, "width": 24, "networkWidth": 16}

    def attentions(self):
        """Each site's attention modules, layer by layer."""
        encoder, decoder = self.model.model.encoder.layers, self.model.model.decoder.layers
        every = {"encoder": [x.self_attn for x in encoder], "decoder": [x.self_attn for x in decoder], "cross": [x.encoder_attn for x in decoder]}
        return {site: every[site] for site in self.settings.get("sites", every)}

    def make(self):
        shapes = {site: matrix_shapes(3, 24, 16, 2 * len(modules) * self.family.width) for site, modules in self.attentions().items()}
        made = {site: randoms(own, 10 + i) for i, (site, own) in enumerate(shapes.items())}
        return {f"{site}.{name}": value for site, own in made.items() for name, value in own.items()}

    def target_logits(self, ids, start):
        for site, modules in self.attentions().items():
            own = {name[len(site) + 1 :]: value for name, value in self.parameters.items() if name.startswith(f"{site}.")}
            heads = modules[0].num_heads
            pairs = split_slots(network(own), layers=len(modules), heads=heads, head_dim=self.family.width // heads)
            for module, pair in zip(modules, pairs):
                attend(module, pair)
        return super().target_logits(ids, start)


class CrossPrefix(Prefix):
    settings = {**Prefix.settings, "sites": ["cross"]}


class BartLora(Lora):
    settings = {"rank": 3, "alpha": 6, "targets": ["q_proj", "v_proj", "fc1"]}


class SmoothedFineTune(FineTune):
    label_smoothing = 0.1


METHODS = {"prefix": Prefix, "cross-prefix": CrossPrefix, "adapter": Adapter, "lora": BartLora, "fine-tune": SmoothedFineTune, "ft-top2": FineTuneTop}

if __name__ == "__main__":
    check_attention()
    write(Bart(), METHODS)
