"""Writes what the Python of docs/formats/architecture.md makes of a network, its checkpoint and an output: python check_architecture.py FOLDER"""
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

folder = Path(sys.argv[1])
exec((folder / "snippet.py").read_text())  # our own page
torch.manual_seed(1)
net = nn.Sequential(
    nn.Sequential(nn.Conv2d(3, 8, (3, 5), stride=(2, 1), padding=(1, 2), bias=False), nn.BatchNorm2d(8), nn.SiLU()),
    nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=8),
    nn.AvgPool2d(2),
    nn.BatchNorm2d(8, affine=False),
    nn.Dropout(),
    nn.AdaptiveAvgPool2d(1),
    nn.Flatten(),
    nn.Linear(8, 6),
    nn.Tanh(),
    nn.Linear(6, 4),
)
with torch.no_grad():
    net(torch.randn(8, 3, 16, 16))  # moves the running means
    net.eval()
    x = torch.randn(5, 3, 16, 16)
    np.save(folder / "x.npy", x.numpy())
    np.save(folder / "y.npy", net(x).numpy())
write_architecture(net, [3, 16, 16], folder / "net.json")
torch.save(net.state_dict(), folder / "net.pth")
print("OK")
