"""Makes packages/training/test/goldens/peft: adapter folders saved by PEFT for tiny random models, with PEFT's logits.

Run: python tools/goldens/prefix/make.py   (torch, transformers and peft installed)
then python tools/onnx/export_decoder.py --model M --out M for M = packages/training/test/goldens/peft/gpt2/model
Check a folder that this project saved:  python tools/goldens/prefix/make.py check MODEL_FOLDER ADAPTER_FOLDER
prints PEFT's logits for the golden tokens as JSON, or {"refused": message}.
"""
import json
import pathlib
import shutil
import sys

import torch
from peft import CartridgeConfig, PeftModel, PrefixTuningConfig, TaskType, get_peft_model
from transformers import AutoModelForCausalLM, BartConfig, BartForConditionalGeneration, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

OUT = pathlib.Path(__file__).parents[3] / "packages/training/test/goldens/peft"
TOKENS = [[5, 17, 3, 40, 22, 8], [60, 1, 33, 9, 9, 2]]
P = 3


def gpt2():
    return GPT2LMHeadModel(GPT2Config(vocab_size=61, n_embd=16, n_layer=2, n_head=2, n_positions=24, initializer_range=0.3, bos_token_id=0, eos_token_id=0))


def llama():
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=61, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        max_position_embeddings=24, initializer_range=0.3, bos_token_id=0, eos_token_id=0,
    ))


def bart():
    return BartForConditionalGeneration(BartConfig(
        vocab_size=61, d_model=16, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2, decoder_attention_heads=2,
        encoder_ffn_dim=24, decoder_ffn_dim=24, max_position_embeddings=24, init_std=0.3,
    ))


def logits_of(model):
    with torch.no_grad():
        return model(input_ids=torch.tensor(TOKENS)).logits.flatten().tolist()


def tidy(folder):
    """Only what is read: the settings and the weights."""
    for file in folder.iterdir():
        if file.name == "README.md":
            file.unlink()
        else:
            file.chmod(0o644)


def adapter(model, config, folder):
    tuned = get_peft_model(model, config).eval()
    tuned.save_pretrained(folder)
    path = folder / "adapter_config.json"
    saved = json.loads(path.read_text())
    saved["base_model_name_or_path"] = None
    path.write_text(json.dumps(saved, indent=1, sort_keys=True) + "\n")
    tidy(folder)
    return tuned


def decoder(name, make):
    torch.manual_seed(1)
    base = make().eval()
    folder = OUT / name
    base.save_pretrained(folder / "model")
    (folder / "model/generation_config.json").unlink(missing_ok=True)
    tidy(folder / "model")
    shared = {"task_type": TaskType.CAUSAL_LM, "num_virtual_tokens": P}
    kinds = {
        "prefix": PrefixTuningConfig(**shared, prefix_projection=True, encoder_hidden_size=12),
        "cartridge": CartridgeConfig(**shared, num_frozen_tokens=1),
    }
    for kind, config in kinds.items():
        tuned = adapter(type(base).from_pretrained(folder / "model").eval(), config, folder / kind)
        (folder / kind / "logits.json").write_text(json.dumps({"tokens": TOKENS, "logits": logits_of(tuned)}) + "\n")


def encoder_decoder():
    """The keys and values that PEFT hands to each decoder layer's self-attention."""
    torch.manual_seed(2)
    tuned = adapter(bart().eval(), PrefixTuningConfig(task_type=TaskType.SEQ_2_SEQ_LM, num_virtual_tokens=P), OUT / "bart/prefix")
    cache = tuned.get_prompt(1).self_attention_cache
    layers = [{"key": layer.keys.flatten().tolist(), "value": layer.values.flatten().tolist()} for layer in cache.layers]
    (OUT / "bart/prefix/past.json").write_text(json.dumps(layers) + "\n")


def check(model_folder, adapter_folder):
    base = AutoModelForCausalLM.from_pretrained(model_folder).eval()
    try:
        tuned = PeftModel.from_pretrained(base, adapter_folder).eval()
    except Exception as error:
        print(json.dumps({"refused": f"{type(error).__name__}: {error}"}))
    else:
        print(json.dumps(logits_of(tuned)))


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    decoder("gpt2", gpt2)
    decoder("llama", llama)
    encoder_decoder()


if __name__ == "__main__":
    check(*sys.argv[2:]) if sys.argv[1:2] == ["check"] else main()
