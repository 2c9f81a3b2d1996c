"""Writes the golden files of src/test/resources/golden.

Made with numpy 2.4.6, safetensors 0.8.0 and torch 2.13.0:
    python formats/src/test/python/golden.py formats/src/test/resources/golden
"""

import gzip
import struct
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)

# Element i of every array is i - 2 (bool: whether i is odd; unsigned: i), shape [2, 3].
counting = np.arange(6).reshape(2, 3) - 2
for name in ["f2", "f4", "f8", "i1", "i2", "i4", "i8"]:
    np.save(out / f"{name}.npy", counting.astype("<" + name))
    np.save(out / f"{name}-big-fortran.npy", np.asfortranarray(counting.astype(">" + name)))
np.save(out / "u1.npy", np.arange(6, dtype=np.uint8).reshape(2, 3))
np.save(out / "b1.npy", (np.arange(6) % 2 == 1).reshape(2, 3))
np.save(out / "scalar.npy", np.float32(2.5))
np.save(out / "vector.npy", np.arange(3, dtype=np.int64))
np.save(out / "empty.npy", np.zeros((0, 3), np.float32))
for version in [(1, 0), (2, 0), (3, 0)]:
    with open(out / f"version{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, counting.astype("<f4"), version=version)

np.save(out / "refused-object.npy", np.array([1, "a"], dtype=object), allow_pickle=True)
np.save(out / "refused-structured.npy", np.zeros(2, dtype=[("x", "<f4"), ("y", "<i4")]))
np.save(out / "refused-string.npy", np.array(["ab", "c"]))
np.save(out / "refused-unsigned.npy", np.arange(3, dtype=np.uint16))
np.save(out / "refused-complex.npy", np.zeros(2, np.complex64))

arrays = {"w": counting.astype(np.float32), "layer/b": np.arange(3, dtype=np.int32)}
np.savez(out / "stored.npz", **arrays)
np.savez_compressed(out / "deflated.npz", **arrays)

tensors = {
    "bf16": torch.tensor(counting).to(torch.bfloat16),
    "bool": torch.tensor([[False, True, False], [True, False, True]]),
    "f16": torch.tensor(counting).to(torch.float16),
    "f32": torch.tensor(counting).to(torch.float32),
    "f64": torch.tensor(counting).to(torch.float64),
    "i16": torch.tensor(counting).to(torch.int16),
    "i32": torch.tensor(counting).to(torch.int32),
    "i64": torch.tensor(counting).to(torch.int64),
    "i8": torch.tensor(counting).to(torch.int8),
    "scalar": torch.tensor(2.5),
    "u8": torch.arange(6, dtype=torch.uint8).reshape(2, 3),
    "größe": torch.zeros(0, 4),
}
save_file(tensors, out / "all.safetensors", metadata={"format": "pt"})
save_file({"x": torch.zeros(2, dtype=torch.uint16)}, out / "refused-u16.safetensors")

images = struct.pack(">4B3i", 0, 0, 8, 3, 1, 2, 3) + bytes(range(6))
(out / "images.idx").write_bytes(images)
(out / "images.idx.gz").write_bytes(gzip.compress(images, mtime=0))
