"""Reads the path of a JSON list of ONNX files; prints one JSON line for each: what ONNX's checker and shape inference say.

Constants kept outside the files are looked for beside them. Domains other than ONNX's own are not checked by it.
"""

import json
import sys

import onnx
from onnx import shape_inference

for path in json.load(open(sys.argv[1])):
    model = onnx.load(path)
    onnx.checker.check_model(path)
    inferred = shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    known = {}
    for info in [*inferred.graph.value_info, *inferred.graph.output]:
        tensor = info.type.tensor_type
        # Operators of other domains have results of unknown shape.
        if tensor.HasField("shape") and all(dim.HasField("dim_value") for dim in tensor.shape.dim):
            known[info.name] = [tensor.elem_type, *[dim.dim_value for dim in tensor.shape.dim]]
    print(json.dumps(known))
