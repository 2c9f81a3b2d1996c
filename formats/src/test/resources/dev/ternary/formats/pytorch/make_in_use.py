"""Writes the in-use-*.pth files of CheckpointsInUseTest: checkpoints as people have them.

    python make_in_use.py

PyTorch 2.13.0, CPU. Prints what torch.load finds in each, which the test repeats.
"""

import os
from collections import OrderedDict

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
STATE = OrderedDict([("0.weight", torch.arange(6.0).reshape(2, 3)), ("0.bias", torch.tensor([1.5, -2.0]))])


def save(name, value, **options):
    path = os.path.join(HERE, f"in-use-{name}.pth")
    torch.save(value, path, **options)
    print(name, torch.load(path, weights_only=False))




def main():
    metric = {"epoch": 3, "state_dict": STATE, "best_acc1": torch.tensor(71.25)}
    save("metric", metric)
    save("metric-legacy", metric, _use_new_zipfile_serialization=False)
    save("params", {"params": {"a": torch.zeros(1)}, "params_ema": STATE})
    save("net", {"net": STATE, "acc": 0.5})
    save("other-key", {"generator": STATE, "optimizer": {"state": {0: {"exp_avg": torch.ones(2)}}}})
    save("nested", {"model": {"enc.weight": torch.ones(2, 2), "head": {"weight": torch.full((3, 2), 2.0)}}})
    save("lists", {"w": torch.ones(2, 2), "lst": [torch.full((2,), float(i)) for i in range(3)]})
    save("bytes", {"w": torch.ones(2, 2), "tok": b"a\xe9", "empty": b"", "more": bytearray(b"\x00b"), "set": {1, 2}})
    p = torch.nn.Parameter(torch.ones(2, 2))
    p.is_fast = True
    save("attribute", {"w": p, "b": torch.nn.Buffer(torch.full((2,), 3.0))})
    save("expanded", {"w": torch.ones(2, 2), "idx": torch.arange(3).expand(2, -1), "u": torch.arange(5.0).unfold(0, 3, 1)})
    strange = {
        "w": torch.ones(1, 2),
        "c": torch.tensor([1 + 2j, 3 - 4j]),
        "f": torch.tensor([1.0, -2.0]).to(torch.float8_e4m3fn),
        "u": torch.tensor([[1, 65535], [3, 4]], dtype=torch.uint16).t(),
        "z": torch.tensor([1 + 2j], dtype=torch.complex128),
    }
    save("strange", strange)
    tied = torch.arange(4.0).reshape(2, 2)
    save("tied", {"embed.weight": tied, "head.weight": tied})
    save("tensor", torch.ones(2))
    torch.save({"w": torch.ones(1)}, os.path.join(HERE, "in-use-protocol1.pth"), _use_new_zipfile_serialization=False, pickle_protocol=1)


main()
