"""Writes NAME.txt for each file: best_prec1, then names, shapes and CRC-32 of the weights, as torch.load reads them.

Made with Python 3.11, torch 2.13.0: python describe_resnets.py FOLDER-WITH-THE-FOUR-FILES
"""
import glob
import os
import sys
import zlib

import torch

here = os.path.dirname(os.path.abspath(__file__))
for file in sorted(glob.glob(os.path.join(sys.argv[1], "*.th"))):
    checkpoint = torch.load(file, map_location="cpu", weights_only=True)
    with open(os.path.join(here, os.path.basename(file) + ".txt"), "w", encoding="utf-8") as out:
        print(checkpoint["best_prec1"], file=out)
        for name, t in checkpoint["state_dict"].items():
            print(name, list(t.shape), zlib.crc32(t.contiguous().numpy().tobytes()), file=out)
