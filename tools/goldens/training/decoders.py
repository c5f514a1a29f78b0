"""Makes packages/training/test/goldens/gpt2, llama and gemma3_text: a tiny random model each, and losses, gradients and AdamW
steps of tuning methods by PyTorch.

Run: python tools/goldens/training/decoders.py [MODEL...]   (torch and transformers installed)
"""
import sys

import torch
from transformers import Gemma3ForCausalLM, Gemma3TextConfig, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM
from transformers.cache_utils import DynamicCache

from common import Adapter, Family, FineTune, FineTuneTop, Lora, Method, matrix_shapes, network, randomised, randoms, split_slots, write


class Decoder(Family):
    layers_in: str
    # Ids, and the first token that the loss falls on.
    sequences = [
        ([4, 17, 9, 60, 33, 2, 58, 11, 60], 4),
        ([21, 5, 5, 60, 7, 60], 4),
        ([30, 31, 32, 33, 34, 60, 1, 0, 59, 12, 44, 8, 60], 6),
    ]
    width, head_dim, depth = 32, 8, 2
    # What the model multiplies rows of its token embedding with; ours are multiplied, too.
    embedding_scale = 1

    @property
    def shape(self):
        return {"layers": self.depth, "heads": self.heads, "head_dim": self.head_dim}

    @property
    def size(self):
        """Numbers that one prefix position holds."""
        return 2 * self.depth * self.heads * self.head_dim

    def layers(self, model):
        return {f"{self.layers_in}.{l}": layer for l, layer in enumerate(getattr(self.core(model), self.layers_in))}

    def target_logits(self, model, ids, start, past=None):
        return model(input_ids=torch.tensor([ids[:-1]]), past_key_values=past).logits[0, start - 1 :]


class Gpt2(Decoder):
    name, layers_in, in_out, heads = "gpt2", "h", True, 4
    top = ["h.1.", "ln_f.", "wte."]
    config = GPT2Config(
        vocab_size=61, n_embd=32, n_layer=2, n_head=4, n_positions=40, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
        initializer_range=0.2, bos_token_id=60, eos_token_id=60,
    )

    def make_model(self):
        torch.manual_seed(0)
        return randomised(GPT2LMHeadModel(self.config))

    def core(self, model):
        return model.transformer

    def parameters(self, model):
        return dict(model.transformer.named_parameters())


class Llama(Decoder):
    """Fewer key heads than heads, and an output matrix of its own."""

    name, layers_in, heads = "llama", "layers", 2
    top = ["layers.1.", "norm.", "lm_head."]
    config = LlamaConfig(
        vocab_size=61, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, intermediate_size=40,
        max_position_embeddings=40, initializer_range=0.2, tie_word_embeddings=False, bos_token_id=60, eos_token_id=60,
    )

    def make_model(self):
        torch.manual_seed(2)
        return randomised(LlamaForCausalLM(self.config))

    def core(self, model):
        return model.model

    def parameters(self, model):
        return {**dict(model.model.named_parameters()), "lm_head.weight": model.lm_head.weight}


class Gemma3(Llama):
    """A scaled embedding, norms in more places, two bases of rotation, and heads that do not add up to the width."""

    name, heads = "gemma3_text", 1
    top = ["layers.1.", "norm.", "embed_tokens."]
    embedding_scale = 32**0.5
    config = Gemma3TextConfig(
        vocab_size=61, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1, head_dim=8, intermediate_size=40,
        max_position_embeddings=40, initializer_range=0.2, query_pre_attn_scalar=12, sliding_window=40,
        layer_types=["sliding_attention", "full_attention"], bos_token_id=60, eos_token_id=60, pad_token_id=None,
    )

    def make_model(self):
        torch.manual_seed(3)
        return randomised(Gemma3ForCausalLM(self.config))

    def parameters(self, model):
        return dict(model.model.named_parameters())


def cache_of(pairs):
    cache = DynamicCache()
    for layer, (key, value) in enumerate(pairs):
        cache.update(key, value, layer)
    return cache


def pairs_of(cache):
    return [(layer.keys, layer.values) for layer in cache.layers]


class Prefix(Method):
    settings = {"length": 3, "width": 24, "networkWidth": 16}

    def make(self):
        return randoms(matrix_shapes(3, 24, 16, self.family.size), 1)

    def target_logits(self, ids, start):
        past = cache_of(split_slots(network(self.parameters), **self.family.shape))
        return self.family.target_logits(self.model, ids, start, past)


class EmbeddingOnly(Method):
    settings = {"length": 3, "networkWidth": 16}

    def make(self):
        return randoms(matrix_shapes(3, self.family.width, 16, self.family.width), 2)

    def target_logits(self, ids, start):
        past = self.model(inputs_embeds=self.family.embedding_scale * network(self.parameters)[None], use_cache=True).past_key_values
        return self.family.target_logits(self.model, ids, start, past)


class Infix(Method):
    settings = {"length": 2, "networkWidth": 16}

    def make(self):
        return randoms({**matrix_shapes(2, self.family.width, 16, self.family.size), "virtual.weight": (2, self.family.width)}, 3)

    def target_logits(self, ids, start):
        source = self.model.get_input_embeddings()(torch.tensor(ids[: start - 1]))
        both = torch.cat([source, self.family.embedding_scale * self.parameters["virtual.weight"]])[None]
        cache = pairs_of(self.model(inputs_embeds=both, use_cache=True).past_key_values)
        infix = split_slots(network(self.parameters), **self.family.shape)
        silent = lambda x: torch.nn.functional.pad(x, (0, 0, start - 1, 0))
        added = [tuple(c + silent(i) for c, i in zip(*pair)) for pair in zip(cache, infix)]
        return self.model(input_ids=torch.tensor([ids[start - 1 : -1]]), past_key_values=cache_of(added)).logits[0]


class Gpt2Lora(Lora):
    settings = {"rank": 3, "alpha": 6, "targets": ["c_attn", "mlp.c_proj"]}


class LlamaLora(Lora):
    settings = {"rank": 3, "alpha": 6, "targets": ["q_proj", "v_proj", "mlp.down_proj"]}


METHODS = {"prefix": Prefix, "embedding-only": EmbeddingOnly, "infix": Infix, "adapter": Adapter, "fine-tune": FineTune, "ft-top2": FineTuneTop}

MODELS = {
    "gpt2": (Gpt2, {**METHODS, "lora": Gpt2Lora}),
    "llama": (Llama, {**METHODS, "lora": LlamaLora}),
    # Of the others the gradients of all its weights tell (packages/model).
    "gemma3_text": (Gemma3, {name: METHODS[name] for name in ("prefix", "embedding-only", "infix", "ft-top2")} | {"lora": LlamaLora}),
}

if __name__ == "__main__":
    for name in sys.argv[1:] or MODELS:
        family, methods = MODELS[name]
        write(family(), methods)
