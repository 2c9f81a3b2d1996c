"""Writes the checkpoints of this folder and what is in each, NAME.txt, with the real PyTorch.

Made with Python 3.11, torch 2.13.0: python make_checkpoints.py
The tar archive of PyTorch 0.1 is put together by hand, because no living version writes it; its
expected values are what torch.load reads from it.
"""
import collections
import io
import os
import pickle
import struct
import tarfile

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
DTYPES = ["float64", "float32", "float16", "bfloat16", "int8", "uint8", "int16", "int32", "int64", "bool"]


def path(name):
    return os.path.join(HERE, name)


def lines(where, value):
    """What the Java side must see: a line a value, exact to the bit."""
    if isinstance(value, torch.Tensor):
        flat = value.detach().contiguous().reshape(-1)
        dtype = str(value.dtype).removeprefix("torch.")
        yield f"{where} {dtype} {list(value.shape)} {flat.view(torch.uint8).numpy().tobytes().hex()}"
    elif isinstance(value, dict):
        yield f"{where} dict {len(value)}"
        for key, item in value.items():
            yield from lines(f"{where}/{type(key).__name__}:{key}", item)
    elif isinstance(value, (list, tuple)):
        yield f"{where} list {len(value)}"
        for index, item in enumerate(value):
            yield from lines(f"{where}/{index}", item)
    elif isinstance(value, float):
        yield f"{where} float {struct.pack('>d', value).hex()}"
    elif isinstance(value, (torch.device, torch.dtype)):
        yield f"{where} str {value}"
    else:
        yield f"{where} {type(value).__name__} {value}"


def expect(name, **options):
    with open(path(name + ".txt"), "w", encoding="utf-8") as out:
        out.writelines(line + "\n" for line in lines("", torch.load(path(name), **options)))


def values():
    torch.manual_seed(1)
    base = torch.arange(24, dtype=torch.float32)
    cube = base.reshape(2, 3, 4)
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    return {
        "types": {d: torch.tensor([[0, 1, 1], [1, 0, 100]]).to(getattr(torch, d)) for d in DTYPES},
        "special": torch.tensor([float("nan"), float("inf"), -0.0, 1e-45]),
        "scalar": torch.tensor(7.5),
        "empty": torch.zeros(0, 3),
        "whole": cube,
        "transposed": cube.permute(2, 0, 1),
        "row": cube[1, 1],
        "column": cube[:, 1, 2],
        "steps": base[1::3],
        "block": cube[:, 1:, 1:3],
        "parameter": torch.nn.Parameter(torch.tensor([1.5, -2.5])),
        "module.state": model.state_dict(),
        "size": cube.shape,
        "device": torch.device("cuda:1"),
        "dtype": torch.bfloat16,
        "none": None,
        "numbers": [0, -1, 255, 65535, 2**31 - 1, -(2**31), 2**40, -(2**63), True, False, 0.1],
        "tuples": ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)),
        "text": "gr\u00fc\u00dfe \u4e16\u754c",
        3: "three",
        "long text": "x" * 300,
    }


def tar(name):
    """sys_info, storages, tensors and pickle of torch 0.1.10, for an OrderedDict of three tensors."""
    def raw(value):
        return pickle.dumps(value, protocol=2)

    def class_of(name):  # a pickle of the tuple (key, location, torch.NAME)
        return b"ctorch\n" + name.encode() + b"\n"

    whole = struct.pack("<6f", *range(6))
    storages = raw(1)
    # Python 2 wrote keys of more than 32 bits with the opcode INT.
    storages += b"\x80\x02(I140234567890\nX\x03\x00\x00\x00cpu" + class_of("FloatStorage") + b"t."
    storages += struct.pack("<q", 6) + whole
    storages += b"\x80\x02](I140234567999\nI140234567890\nK\x02K\x04ta."
    tensors = raw(3)
    for key, storage, size, stride, offset in [
        (1, 140234567890, (2, 3), (3, 1), 0),
        (2, 140234567890, (3, 2), (1, 3), 0),
        (3, 140234567999, (3,), (1,), 1),
    ]:
        tensors += b"\x80\x02(K" + bytes([key]) + b"I" + str(storage).encode() + b"\n" + class_of("FloatTensor") + b"t."
        tensors += struct.pack("<ii", len(size), 0)
        tensors += struct.pack("<%dq" % len(size), *size) + struct.pack("<%dq" % len(stride), *stride)
        tensors += struct.pack("<q", offset)
    body = b"\x80\x02ccollections\nOrderedDict\n)R("
    for key, text in enumerate([b"weight", b"turned", b"part"], 1):
        body += b"U" + bytes([len(text)]) + text + b"K" + bytes([key]) + b"Q"
    body += b"u."
    with tarfile.open(path(name), "w:", format=tarfile.PAX_FORMAT) as out:
        for member, content in [
            ("sys_info", raw({"protocol_version": 1000, "little_endian": True})),
            ("pickle", body),
            ("tensors", tensors),
            ("storages", storages),
        ]:
            info = tarfile.TarInfo(member)
            info.size = len(content)
            out.addfile(info, io.BytesIO(content))


class Scripted(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.sizes = [1, 2]
        self.body = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.BatchNorm1d(1))
        with torch.no_grad():
            self.body[0].weight.copy_(torch.tensor([[1.0, 2.0]]))
            self.body[0].bias.fill_(3)

    def forward(self, x):
        return self.body(x) * self.sizes[1]


def main():
    for name, options in {
        "zip2.pt": {},
        "zip4.pt": {"pickle_protocol": 4},
        "zip5.pt": {"pickle_protocol": 5},
        "legacy.pt": {"_use_new_zipfile_serialization": False},
        "legacy4.pt": {"_use_new_zipfile_serialization": False, "pickle_protocol": 4},
    }.items():
        torch.save(values(), path(name), **options)
        expect(name, weights_only=options.get("pickle_protocol", 2) == 2)
    tar("tar.pt")
    expect("tar.pt", weights_only=False)
    small = {"module.a": torch.tensor([1.0, 2.0]), "module.b": torch.tensor([[1, 2], [3, 4]]).T}
    torch.save({"epoch": 3, "state_dict": small}, path("small.pt"))
    torch.save({"epoch": 3, "state_dict": small}, path("small-legacy.pt"), _use_new_zipfile_serialization=False)
    for name in ["small.pt", "small-legacy.pt"]:
        expect(name)
    zip64("small.pt", "zip64.pt")
    expect("zip64.pt")
    refused()


def zip64(name, to):
    """The same archive with all sizes and places in zip64 fields, as beyond 4 GB."""
    with open(path(name), "rb") as source:
        content = source.read()
    end = content.rindex(b"PK\x05\x06")
    count, _, at = struct.unpack("<HII", content[end + 10 : end + 20])
    directory = b""
    body = content[:at]
    for _ in range(count):
        fixed = content[at : at + 46]
        packed, size, name_bytes, extra_bytes = struct.unpack("<IIHH", fixed[20:32])
        place = struct.unpack("<I", fixed[42:46])[0]
        extra = struct.pack("<HHQQQ", 1, 24, size, packed, place)
        directory += fixed[:20] + struct.pack("<IIHH", 2**32 - 1, 2**32 - 1, name_bytes, len(extra))
        directory += fixed[32:42] + struct.pack("<I", 2**32 - 1)
        directory += content[at + 46 : at + 46 + name_bytes] + extra
        at += 46 + name_bytes + extra_bytes
    start = len(body)
    end64 = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, len(directory), start)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, start + len(directory), 1)
    last = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)
    with open(path(to), "wb") as out:
        out.write(body + directory + end64 + locator + last)


def refused():
    """What torch writes and the Java side must refuse."""
    torch.save(torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8), path("refused-quantized.pt"))
    torch.save(torch.eye(2).to_sparse(), path("refused-sparse.pt"))
    torch.save(torch.nn.Linear(1, 1), path("refused-module.pt"))
    torch.save(torch._neg_view(torch.ones(2)), path("refused-negative.pt"))
    torch.jit.save(torch.jit.script(Scripted().eval()), path("torchscript.pt"))


main()
