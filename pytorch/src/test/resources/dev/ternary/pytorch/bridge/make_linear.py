"""Writes linear.pt beside this file: a TorchScript module that calls ternary::linear.

The packed weights are written here byte by byte, as PackedBytes documents them. PyTorch knows only
the operator's schema; the kernel is Java's. Made with torch 2.13.0.
"""

import io
import pathlib
import struct
import zipfile

import torch

ROWS, COLS = 5, 11
trits = [[(r * r + 2 * c + r * c) % 3 - 1 for c in range(COLS)] for r in range(ROWS)]
scales = [0.5 + r / 4 for r in range(ROWS)]

data = b"TRNL" + struct.pack("<BBBBIIiI", 1, 0, 0, 0, ROWS, COLS, 0, 0)
data += struct.pack(f"<{ROWS}f", *scales)
for row in trits:
    padded = row + [0] * (-COLS % 4)
    for i in range(0, len(padded), 4):
        data += bytes([sum((t + 1) << (2 * k) for k, t in enumerate(padded[i : i + 4]))])

library = torch.library.Library("ternary", "DEF")
library.define("linear(Tensor x, Tensor packed) -> Tensor")


class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("packed", torch.tensor(list(data), dtype=torch.uint8))
        self.register_buffer("bias", torch.arange(ROWS, dtype=torch.float32))

    def forward(self, x):
        return torch.ops.ternary.linear(x, self.packed) + self.bias


scripted = io.BytesIO()
torch.jit.save(torch.jit.script(Layer()), scripted)
# Without the debug information, which holds the path of this file.
with (
    zipfile.ZipFile(scripted) as source,
    zipfile.ZipFile(pathlib.Path(__file__).with_name("linear.pt"), "w") as target,
):
    for name in source.namelist():
        if not name.endswith("debug_pkl"):
            target.writestr(zipfile.ZipInfo(name), source.read(name))
