"""Golden outputs for InferenceDocsTest: ResNet-18 as torchvision builds it, with weights that a formula gives.

python resnet18.py > resnet18.txt    (written with torch 2.13.0)
"""
import torch
from torch import nn


def fill(shape, seed, scale, shift=0.0):
    n = 1
    for d in shape:
        n *= d
    i = torch.arange(n, dtype=torch.int64)
    v = ((i * 7919 + (i // 97) * 31 + seed * 104729) % 2001 - 1000).to(torch.float64) / 1000 * scale + shift
    return v.to(torch.float32).reshape(shape)


class Block(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(i, o, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(o)
        self.conv2 = nn.Conv2d(o, o, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(o)
        self.downsample = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o)) if stride != 1 else None

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        for k, (i, o, s) in enumerate([(64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)], 1):
            setattr(self, f"layer{k}", nn.Sequential(Block(i, o, s), Block(o, o, 1)))
        self.fc = nn.Linear(512, 1000)

    def forward(self, x):
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        for k in range(1, 5):
            x = getattr(self, f"layer{k}")(x)
        return self.fc(x.mean((2, 3)))


model = ResNet18().eval()
state = model.state_dict()
seed = 0
for name, value in state.items():
    if name.endswith("num_batches_tracked"):
        continue
    seed += 1
    if value.dim() > 1:
        fan = value[0].numel()
        state[name] = fill(value.shape, seed, (6 / fan) ** 0.5)
    elif name.endswith("running_var") or (name.endswith("weight") and value.dim() == 1):
        state[name] = fill(value.shape, seed, 0.25, 1.0)
    else:
        state[name] = fill(value.shape, seed, 0.125)
    print("tensor", name, *value.shape)
model.load_state_dict(state)
with torch.no_grad():
    y = model.double()(fill((1, 3, 224, 224), 99, 1.0).double())[0]
print("outputs", *[f"{v:.9g}" for v in y[:40].tolist()])
print("largest", f"{y.abs().max().item():.9g}", "deviation", f"{y.std().item():.9g}")
