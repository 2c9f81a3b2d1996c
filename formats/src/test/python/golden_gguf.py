"""Writes the golden files of src/test/resources/golden/gguf with gguf-py, the reference implementation.

    pip install gguf==0.19.0 numpy==2.4.6
    python formats/src/test/python/golden_gguf.py formats/src/test/resources/golden/gguf

mixed.gguf has a tensor of each encoding that gguf-py can quantize to; mixed.npz has what gguf-py decodes from it.
"""
import sys
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as T

out = Path(sys.argv[1])
rng = np.random.default_rng(1)
trits = rng.integers(-1, 2, (3, 512)).astype(np.float32)
scales = np.array([0.5, 0.25, 2.0], np.float32)[:, None]
smooth = rng.standard_normal((2, 256)).astype(np.float32)

writer = gguf.GGUFWriter(str(out / "mixed.gguf"), "llama")
writer.add_uint32("a.u32", 4000000000)
writer.add_int64("a.i64", -5)
writer.add_float32("a.f32", 0.5)
writer.add_bool("a.bool", True)
writer.add_array("a.strings", ["x", "yy", ""])
writer.add_array("a.ints", [1, -2, 3])
writer.add_array("a.floats", [0.25, -1.5])
expected = {}


def add(name, array, kind):
    if kind in (T.F32, T.F16):
        data = array.astype({T.F32: np.float32, T.F16: np.float16}[kind])
        writer.add_tensor(name, data)
        expected[name] = data.astype(np.float32)
        return
    data = gguf.quants.quantize(array, kind)
    writer.add_tensor(name, data, raw_dtype=kind)
    expected[name] = gguf.quants.dequantize(data, kind)


add("tq1", trits * scales, T.TQ1_0)
add("tq2", trits * scales, T.TQ2_0)
add("one", trits * np.float32(0.125), T.TQ2_0)
add("q8", smooth, T.Q8_0)
add("q4", smooth, T.Q4_0)
add("bf16", smooth, T.BF16)
add("f16", smooth, T.F16)
# 64 bytes at the end: no padding, so that a cut file always lacks something.
add("f32", np.arange(16, dtype=np.float32).reshape(2, 8), T.F32)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
np.savez(out / "mixed.npz", **expected)
