"""Reads, with the real numpy and safetensors, what the Java tests wrote into a directory.

    python check_written.py DIRECTORY
Prints OK, or fails at the first difference.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

directory = Path(sys.argv[1])
counting = np.arange(6).reshape(2, 3) - 2


def expected(name):
    if name == "u8":
        return torch.arange(6, dtype=torch.uint8).reshape(2, 3)
    if name == "bool":
        return (torch.arange(6) % 2 == 1).reshape(2, 3)
    dtype = {"f16": torch.float16, "bf16": torch.bfloat16, "f32": torch.float32, "f64": torch.float64,
             "i8": torch.int8, "i16": torch.int16, "i32": torch.int32, "i64": torch.int64}[name]
    return torch.tensor(counting).to(dtype)


# safetensors: the values, and the very bytes that the reference writes.
tensors = load_file(directory / "all.safetensors")
assert len(tensors) == 10, tensors.keys()
for name, tensor in tensors.items():
    assert tensor.dtype == expected(name).dtype and torch.equal(tensor, expected(name)), name
save_file({name: expected(name) for name in tensors}, directory / "again.safetensors", metadata={"format": "pt"})
assert (directory / "again.safetensors").read_bytes() == (directory / "all.safetensors").read_bytes()

# npy: the same; npz: the values and the order.
for name in tensors:
    if name == "bf16":
        continue
    array = np.load(directory / f"{name}.npy")
    assert array.dtype == expected(name).numpy().dtype and np.array_equal(array, expected(name).numpy()), name
    np.save(directory / "again.npy", array)
    assert (directory / "again.npy").read_bytes() == (directory / f"{name}.npy").read_bytes(), name
for kind in ["stored", "deflated"]:
    with np.load(directory / f"{kind}.npz") as arrays:
        assert sorted(arrays.files) == ["f32", "i8"], arrays.files
        assert np.array_equal(arrays["f32"], counting) and arrays["i8"].dtype == np.int8


# The packed model, by the decoder of docs/formats/packed-safetensors.md, which the caller gives us.
source = (directory / "decoder.py").read_text()
scope = {}
exec(source, scope)
weights = scope["unpack"](str(directory / "packed.safetensors"))
trits = np.array([[1, 0, -1, 1, 0, 1], [-1, -1, 0, 0, 1, 1]], np.float32)
assert np.array_equal(weights["fc1.weight"], trits * np.array([[0.5], [2]], np.float32))
assert np.array_equal(weights["conv.weight"], (trits * np.float32(0.25)).reshape(2, 1, 2, 3))
groups = np.array([[1, 1, 1, 1, 2, 2], [3, 3, 3, 3, 4, 4]], np.float32)
assert np.array_equal(weights["fc2.weight"], trits * groups)
with safe_open(directory / "packed.safetensors", "np") as file:
    assert json.loads(file.metadata()["ternary.architecture"]) == {"layers": []}
    assert np.array_equal(file.get_tensor("fc1.bias"), np.array([1, -1], np.float32))
print("OK")
