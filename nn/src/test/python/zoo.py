"""Writes zoo.txt.gz: the names and shapes of the tensors of torchvision's networks, and what they give for weights and images that a formula
makes, so that no weights need be stored.

    python zoo.py ../resources/dev/ternary/nn/zoo/zoo.txt.gz

Made with torch 2.13.0+cpu and torchvision 0.28.0 (whose C++ operators are not needed). `FormulaWeights` in the tests is the same formula.
VGG has a sixteenth of its width here: its weights would take 500 MB. The networks page-... are those of docs/formats/architecture.md.
"""
import gzip
import sys
import zlib
from collections import OrderedDict

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torch import nn

MODELS = torchvision.models
CLASSES = 10


def uniform(name, count):
    """Numbers from 0 to 1, of 24 bits: the finalizer of MurmurHash3 on the place and the CRC-32 of the name."""
    with np.errstate(over="ignore"):
        h = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(zlib.crc32(name.encode()))
        h ^= h >> np.uint32(16)
        h *= np.uint32(0x85EBCA6B)
        h ^= h >> np.uint32(13)
        h *= np.uint32(0xC2B2AE35)
        h ^= h >> np.uint32(16)
    return (h >> np.uint32(8)).astype(np.float64) / 2**24


def formula(name, shape):
    """Weights that neither grow nor shrink what goes through them; norms that change it."""
    u = uniform(name, int(np.prod(shape)))
    if name.endswith("running_var"):
        values = 0.5 + u
    elif len(shape) >= 2:
        values = (2 * u - 1) * np.sqrt(6.0 / np.prod(shape[1:]))
    elif name == "x":
        values = 4 * u - 2
    else:
        values = (2 * u - 1) / 4
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def fill(net):
    state = {}
    norms = {name for name, module in net.named_modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)}
    for name, tensor in net.state_dict().items():
        module, _, part = name.rpartition(".")
        if part == "num_batches_tracked":
            state[name] = tensor
        elif module in norms and part == "weight":
            state[name] = 0.5 + torch.from_numpy(uniform(name, tensor.numel()).astype(np.float32))
        else:
            state[name] = formula(name, tuple(tensor.shape))
    net.load_state_dict(state)
    return net.eval()


def image(size):
    if size == 0:
        return torch.from_numpy((4 * uniform("x", 784) - 2).astype(np.float32).reshape(1, 784))
    return torch.from_numpy((4 * uniform("x", 3 * size * size) - 2).astype(np.float32).reshape(1, 3, size, size))


class CifarBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.pad = (outputs - inputs) // 2
        self.stride = stride

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.pad:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.pad, self.pad))
        return F.relu(y + x)


class CifarResNet(nn.Module):
    """He et al., arXiv 1512.03385, section 4.2, shortcuts of option A."""

    def __init__(self, depth):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        inputs = 16
        for stage, outputs in enumerate((16, 32, 64)):
            blocks = []
            for i in range((depth - 2) // 6):
                blocks.append(CifarBlock(inputs, outputs, 2 if inputs != outputs else 1))
                inputs = outputs
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.linear = nn.Linear(64, CLASSES)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


def small_vgg(name, base):
    """The network with base channels in place of 64."""
    cfg = {"11": "A", "13": "B", "16": "D", "19": "E"}[name[3:5]]
    cfgs = [v if v == "M" else v * base // 64 for v in torchvision.models.vgg.cfgs[cfg]]
    net = torchvision.models.VGG(torchvision.models.vgg.make_layers(cfgs, name.endswith("bn")), init_weights=False)
    net.classifier[0] = nn.Linear(base * 8 * 49, 24)
    net.classifier[3] = nn.Linear(24, 24)
    net.classifier[6] = nn.Linear(24, CLASSES)
    return net


def networks():
    for name, size in (
        ("resnet18", 64),
        ("resnet18", 75),
        ("resnet34", 64),
        ("resnet50", 64),
        ("resnet101", 33),
        ("resnext50_32x4d", 64),
        ("wide_resnet50_2", 33),
        ("mobilenet_v2", 64),
        ("mobilenet_v2", 75),
        ("efficientnet_b0", 64),
        ("efficientnet_b0", 75),
    ):
        yield name, size, getattr(MODELS, name)(weights=None, num_classes=CLASSES)
    for name in ("vgg11", "vgg13", "vgg16", "vgg19", "vgg11_bn", "vgg13_bn", "vgg16_bn", "vgg19_bn"):
        yield name, 224, small_vgg(name, 4)
    yield "vgg11", 448, small_vgg("vgg11", 4)
    yield "cifar-resnet20", 32, CifarResNet(20)
    yield "cifar-resnet56", 32, CifarResNet(56)
    yield "page-mlp", 0, nn.Sequential(
        OrderedDict(fc1=nn.Linear(784, 32), r1=nn.ReLU(), fc2=nn.Linear(32, 16), r2=nn.ReLU(), fc3=nn.Linear(16, CLASSES))
    )
    yield "page-cnn", 32, nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, stride=2, padding=1, groups=4),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(1024, CLASSES),
    )


def lines():
    for name, size, net in networks():
        y = fill(net)(image(size))[0].numpy()
        yield f"network {name} {size} " + " ".join(np.format_float_positional(v, unique=True, trim="0") for v in y)
        norms = {path for path, module in net.named_modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)}
        for key, tensor in net.state_dict().items():
            kind = "norm" if key.rpartition(".")[0] in norms else "plain"
            yield f"{kind} {key} " + ",".join(str(d) for d in tensor.shape)


if __name__ == "__main__":
    with torch.no_grad(), open(sys.argv[1], "wb") as raw, gzip.GzipFile("", "wb", 9, raw, 0) as out:
        for line in lines():
            out.write((line + "\n").encode())
