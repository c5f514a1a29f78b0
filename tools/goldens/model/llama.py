"""Tiny checkpoints of Llama and its kinds, with logits, past, losses and gradients as PyTorch computes them. usage: llama.py [KIND...]"""
import sys

import torch
from transformers import AutoModelForCausalLM, Gemma3TextConfig, LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config, SmolLM3Config

from common import decoder_goldens, randomize, save_model, save_tensors

COMMON = {
    "vocab_size": 200, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
    "max_position_embeddings": 128, "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": None,
}
# Kind: what it is made by, and how many heads of keys it has.
KINDS = {
    # Grouped-query attention, untied output.
    "llama": (LlamaConfig(**COMMON, rope_theta=500.0, tie_word_embeddings=False), 2),
    # Heads whose sizes do not add up to the width; a window that no test reaches.
    "mistral": (MistralConfig(**COMMON | {"num_attention_heads": 8}, head_dim=8, sliding_window=64, tie_word_embeddings=False), 2),
    "qwen2": (Qwen2Config(**COMMON, tie_word_embeddings=True), 2),
    "qwen3": (Qwen3Config(**COMMON | {"num_attention_heads": 8}, head_dim=8, tie_word_embeddings=True), 2),
    # The second layer has no positions.
    "smollm3": (SmolLM3Config(**COMMON, no_rope_layers=[1, 0]), 2),
    # The first layer attends to a window and turns by a base of its own.
    "gemma3_text": (
        Gemma3TextConfig(**COMMON | {"num_key_value_heads": 1}, head_dim=8, query_pre_attn_scalar=12, sliding_window=64, layer_types=["sliding_attention", "full_attention"]), 1
    ),
}


def main(kind):
    config, heads = KINDS[kind]
    # Stored as bfloat16, so that decoding it is tested: the goldens are of the rounded weights.
    model = randomize(AutoModelForCausalLM.from_config(config), seed=11)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.bfloat16())
    save_tensors(kind, decoder_goldens(model, seed=12, heads=heads, strip="model."))
    save_model(model, None, kind, torch.bfloat16)


if __name__ == "__main__":
    for kind in sys.argv[1:] or KINDS:
        main(kind)
