"""Writes packages/safetensors/test/goldens: one tensor of every element type, with the values Python reads back.

pip install torch==2.13.* safetensors==0.8.*; run from the repository root.
"""
import json
import torch
from safetensors.torch import save_file

OUT = "packages/safetensors/test/goldens"
floats = [0.0, -0.0, 1.0, -1.5, 65504.0, 6e-8, 0.1, 3.14159]
tensors = {
    "bool": torch.tensor([True, False, True]),
    "u8": torch.tensor([0, 255, 7], dtype=torch.uint8),
    "i8": torch.tensor([-128, 127, 0], dtype=torch.int8),
    "i16": torch.tensor([[-32768, 32767]], dtype=torch.int16),
    "i32": torch.tensor([[-2147483648], [2147483647]], dtype=torch.int32),
    "i64": torch.tensor([-(2**53), 2**53, 12], dtype=torch.int64),
    "f16": torch.tensor(floats, dtype=torch.float16),
    "bf16": torch.tensor(floats, dtype=torch.bfloat16),
    "f32": torch.tensor(floats).reshape(2, 4),
    "f64": torch.tensor(floats[:4], dtype=torch.float64),
    "empty": torch.zeros(0, 5),
    "scalar": torch.tensor(2.5),
}
names = {torch.bool: "BOOL", torch.uint8: "U8", torch.int8: "I8", torch.int16: "I16", torch.int32: "I32",
         torch.int64: "I64", torch.float16: "F16", torch.bfloat16: "BF16", torch.float32: "F32", torch.float64: "F64"}
save_file(tensors, f"{OUT}/dtypes.safetensors", metadata={"format": "pt", "note": 'ünï "quoted"'})
expected = {
    name: {"dtype": names[t.dtype], "shape": list(t.shape), "values": [repr(v) if v == 0 and str(v).startswith("-") else v for v in t.flatten().tolist()]}
    for name, t in tensors.items()
}
with open(f"{OUT}/dtypes.json", "w") as file:
    json.dump(expected, file, indent=1)
