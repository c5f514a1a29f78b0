"""Tiny Llama checkpoint (grouped-query attention, untied output), with logits, past, losses and gradients as PyTorch computes them."""
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from common import decoder_goldens, randomize, save_model, save_tensors

CONFIG = LlamaConfig(
    vocab_size=200, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    max_position_embeddings=128, rope_theta=500.0, tie_word_embeddings=False, bos_token_id=0, eos_token_id=0,
)


def main():
    # Stored as bfloat16, so that decoding it is tested: the goldens are of the rounded weights.
    model = randomize(LlamaForCausalLM(CONFIG), seed=11)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.bfloat16())
    save_tensors("llama", decoder_goldens(model, seed=12, heads=2, strip="model."))
    save_model(model, None, "llama", torch.bfloat16)


if __name__ == "__main__":
    main()
