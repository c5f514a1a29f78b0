"""Tiny GPT-2 checkpoint, with logits, past, losses and gradients as PyTorch computes them."""
from transformers import GPT2Config, GPT2LMHeadModel

from common import decoder_goldens, randomize, save_model, save_tensors, tiny_tokenizer

CONFIG = GPT2Config(
    vocab_size=400, n_positions=128, n_embd=32, n_layer=2, n_head=4, resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, bos_token_id=0, eos_token_id=0
)


def main():
    model = randomize(GPT2LMHeadModel(CONFIG), seed=1)
    save_model(model, tiny_tokenizer(), "gpt2")
    save_tensors("gpt2", decoder_goldens(model, seed=2, heads=4, strip="transformer."))


if __name__ == "__main__":
    main()
