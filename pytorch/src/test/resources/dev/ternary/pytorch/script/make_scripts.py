"""Makes the TorchScript files beside this script and what PyTorch computes with them.

Written with PyTorch 2.13.0+cpu and safetensors 0.8:  python make_scripts.py
"""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))


class Cnn(nn.Module):
    """What tutorials write: view with a size of the input, pools, depthwise and dilated windows."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 4, 3, padding="same")
        self.bn1 = nn.BatchNorm2d(4)
        self.relu = nn.ReLU(inplace=True)
        self.pool = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(4, 4, 3, padding=2, dilation=2, groups=4, bias=False)
        self.act = nn.ReLU6(inplace=True)
        self.fc = nn.Linear(16, 3)

    def forward(self, x):
        x = self.pool(self.relu(self.bn1(self.conv1(x))))
        x = F.avg_pool2d(self.act(self.conv2(x)), 2)
        x = x.view(x.size(0), -1)
        return F.softmax(self.fc(x), dim=1)


class Block(nn.Module):
    """A residual block with squeeze and excitation, which adds in place."""

    def __init__(self, channels, stride):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.squeeze = nn.Conv2d(channels, 2, 1)
        self.excite = nn.Conv2d(2, channels, 1)
        self.downsample = None
        if stride != 1:
            self.downsample = nn.Sequential(nn.Conv2d(channels, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        identity = x
        out = self.bn(self.conv(x))
        scale = F.adaptive_avg_pool2d(out, 1)
        out = out * torch.sigmoid(self.excite(F.silu(self.squeeze(scale), inplace=True)))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class Residual(nn.Module):
    """Blocks, a shuffle of halves, and two outputs."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.Hardswish())
        self.blocks = nn.Sequential(Block(4, 1), Block(4, 2))
        self.fc = nn.Linear(4, 3)
        self.register_buffer("shift", torch.tensor([0.25, -0.5, 1.0]).view(3, 1, 1))

    def forward(self, x):
        x = self.blocks(self.stem((x - 0.5) / 0.25 + self.shift))
        a, b = torch.chunk(x, 2, dim=1)
        x = F.leaky_relu(torch.cat([b, 1 - a], dim=1), 0.1)
        features = x.mean([2, 3])
        return self.fc(F.dropout(features, 0.2, self.training)), features.clamp(min=0.125)


def randomize(module):
    for name, value in module.state_dict().items():
        if name.endswith("running_var"):
            value.uniform_(0.5, 1.5)
        elif name.endswith("running_mean"):
            value.normal_(0, 0.5)


torch.manual_seed(7)
NETWORKS = {
    "mlp": (nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Dropout(), nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 3)), (6,)),
    "cnn": (Cnn(), (2, 8, 8)),
    "residual": (Residual(), (3, 8, 8)),
}
answers = {}
for name, (module, shape) in NETWORKS.items():
    randomize(module)
    module.eval()
    x = torch.randn(4, *shape)
    y = module(x)
    answers[name + ".x"] = x
    for i, output in enumerate(y if isinstance(y, tuple) else (y,)):
        answers[f"{name}.{i}"] = output.detach().contiguous()
    traced = torch.jit.trace(module, torch.randn(2, *shape))
    scripted = torch.jit.script(module)
    traced.save(os.path.join(HERE, name + "-traced.pt"))
    scripted.save(os.path.join(HERE, name + "-scripted.pt"))
    torch.jit.freeze(traced).save(os.path.join(HERE, name + "-frozen.pt"))
save_file(answers, os.path.join(HERE, "answers.safetensors"))
