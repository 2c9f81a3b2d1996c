"""Writes digits.pth, digits.npy and digits-logits.npy beside this file.

digits.pth is the state dict of a small float32 network, trained on the 8x8 digits of scikit-learn and saved
as DataParallel saves it. digits.npy has 200 images that it was not trained on. digits-logits.npy has what
the network gives for them when the weights of both layers are ternary, each row with the threshold that
leaves the least squared error, found by trying all. Made with torch 2.13.0 and scikit-learn.
"""

import pathlib

import numpy
import torch
from sklearn.datasets import load_digits

here = pathlib.Path(__file__).parent
digits = load_digits()
pixels = torch.tensor(digits.data, dtype=torch.float32)
labels = torch.tensor(digits.target)
train, test = slice(0, 1597), slice(1597, 1797)

torch.manual_seed(1)
model = torch.nn.Sequential()
model.add_module("fc1", torch.nn.Linear(64, 64))
model.add_module("relu", torch.nn.ReLU())
model.add_module("fc2", torch.nn.Linear(64, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
for _ in range(300):
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(model(pixels[train]), labels[train]).backward()
    optimizer.step()
torch.save(torch.nn.DataParallel(model).state_dict(), here / "digits.pth")


def ternary(row):
    sizes = row.abs().sort(descending=True).values.double()
    gains = sizes.cumsum(0) ** 2 / torch.arange(1, len(row) + 1)
    kept = int(gains.argmax()) + 1
    scale = sizes[:kept].mean()
    return torch.where(row.abs() >= sizes[kept - 1], row.sign() * scale, 0.0).float()


with torch.no_grad():
    print("float", (model(pixels[test]).argmax(1) == labels[test]).float().mean().item())
    for layer in (model.fc1, model.fc2):
        layer.weight.copy_(torch.stack([ternary(row) for row in layer.weight]))
    logits = model(pixels[test])
    print("ternary", (logits.argmax(1) == labels[test]).float().mean().item())
numpy.save(here / "digits.npy", pixels[test].numpy().astype(numpy.uint8))
numpy.save(here / "digits-logits.npy", logits.numpy())
