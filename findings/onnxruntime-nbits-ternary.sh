#!/usr/bin/env bash
# ONNX Runtime 1.30.0's weight quantizer halves every +1 of a ternary matrix at 2 bits, and takes an eighth off at 4.
#
# Asked:    onnxruntime.quantization.matmul_nbits_quantizer.MatMulNBitsQuantizer, symmetric, of a MatMul whose weights
#           are -1, 0 and +1, with bits=2, 4 and 8; then the quantized model times the identity, which shows its weights.
# Expected: -1, 0 and +1: 2 bits hold three values, and what is called symmetric treats both signs alike.
# Found:    2 bits: -1, 0, +0.5. 4 bits: -1, 0, +0.875. 8 bits: -1, 0, +0.9922. A block that has no -1 is exact. The scale
#           maps one end of a block to the lowest code, -(2^(bits-1)); the other end has no code of its size and is cut off.
#           It is no limit of the operator: MatMulNBits with scale 1 and codes t + 2 written by hand is exact at 2 bits.
# Source:   MatMulNBitsQuantizer, operator com.microsoft.MatMulNBits; neither documented nor reported as far as was found;
#           seen 2026-11 with onnxruntime 1.30.0, onnx 1.23.1, numpy 2.4.6.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet onnx==1.23.1 onnxruntime==1.30.0 onnx-ir==1.0.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import logging

import numpy as np
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

logging.disable(logging.CRITICAL)
ROWS, COLS, BLOCK = 64, 8, 32


def model(node, initializers):
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", ROWS])]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", COLS])]
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    graph = helper.make_graph([node], "g", inputs, outputs, initializers)
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def weights_of(m):
    session = ort.InferenceSession(m.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": np.eye(ROWS, dtype=np.float32)})[0]


def quantized(w, bits):
    plain = model(helper.make_node("MatMul", ["x", "w"], ["y"]), [numpy_helper.from_array(w, "w")])
    quantizer = MatMulNBitsQuantizer(plain, bits=bits, block_size=BLOCK, is_symmetric=True, accuracy_level=0)
    quantizer.process()
    assert [n.op_type for n in quantizer.model.model.graph.node] == ["MatMulNBits"]
    return weights_of(quantizer.model.model)


trits = np.random.default_rng(0).integers(-1, 2, (ROWS, COLS)).astype(np.float32)
for bits, plus in ((2, 0.5), (4, 0.875), (8, 127 / 128)):
    got = quantized(trits, bits)
    print(bits, "bits: -1, 0, +1 become", [np.unique(np.round(got[trits == t], 4)).tolist() for t in (-1, 0, 1)])
    assert np.allclose(got, np.where(trits > 0, plus, trits), atol=1e-6), "the finding has changed"
    assert np.allclose(quantized(np.abs(trits), bits), np.abs(trits), atol=1e-6), "the finding has changed"

codes = (trits.T + 2).astype(np.uint8).reshape(COLS, ROWS // BLOCK, BLOCK // 4, 4)
packed = (codes << np.array([0, 2, 4, 6], np.uint8)).sum(axis=3, dtype=np.uint8)
by_hand = model(
    helper.make_node("MatMulNBits", ["x", "b", "s"], ["y"], domain="com.microsoft",
                     K=ROWS, N=COLS, bits=2, block_size=BLOCK, accuracy_level=0),
    [numpy_helper.from_array(packed, "b"), numpy_helper.from_array(np.ones(COLS * ROWS // BLOCK, np.float32), "s")],
)
print("2 bits, packed by hand:", np.unique(weights_of(by_hand)).tolist())
assert np.array_equal(weights_of(by_hand), trits), "the finding has changed"
PY
