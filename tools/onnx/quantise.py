"""Rounds the matrices of an exported model to eight bits by ONNX Runtime's dynamic quantisation, for transformers.js's dtype 'q8'.

    python quantise.py FOLDER

Adds onnx/model_quantized.onnx beside onnx/model.onnx. Needs the packages of requirements.txt beside this file.
"""
import os
import sys

from onnxruntime.quantization import QuantType, quantize_dynamic

onnx = os.path.join(sys.argv[1], "onnx")
quantize_dynamic(os.path.join(onnx, "model.onnx"), os.path.join(onnx, "model_quantized.onnx"), weight_type=QuantType.QInt8)
