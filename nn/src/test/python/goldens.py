"""Answers of PyTorch for the layers and two small nets of dev.ternary.nn.

Made with torch 2.13.0:  python goldens.py > ../resources/dev/ternary/nn/goldens.txt

The format is described in goldens_format.py.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

from goldens_format import case, ints, tensor

torch.manual_seed(20250101)
torch.set_num_threads(1)


def trits(*shape):
    return torch.randint(-1, 2, shape).float()


def quantize(x):
    """BitNet b1.58 per token, float32: the last dimension is a token."""
    a = x.abs().amax(-1, keepdim=True).clamp_min(torch.tensor(1e-5))
    q = torch.round(x * (torch.tensor(127.0) / a))
    return q, a / torch.tensor(127.0)


def int8_linear(x, t, scale):
    q, s = quantize(x)
    sums = (q.double() @ t.double().T).float()
    return (sums * scale) * s


CONVS = {  # name: (in, out, h, w, kh, kw, strideH, strideW, padH, padW, dilH, dilW, groups, bias)
    "plain": (3, 4, 6, 7, 3, 3, 1, 1, 0, 0, 1, 1, 1, True),
    "padded": (2, 5, 6, 5, 3, 3, 1, 1, 1, 1, 1, 1, 1, False),
    "strided": (3, 4, 9, 8, 3, 2, 2, 3, 1, 0, 1, 1, 1, True),
    "dilated": (2, 3, 10, 9, 3, 3, 1, 2, 2, 3, 2, 3, 1, True),
    "grouped": (6, 4, 5, 5, 3, 3, 1, 1, 1, 1, 1, 1, 2, True),
    "depthwise": (4, 8, 6, 6, 3, 3, 2, 2, 1, 1, 1, 1, 4, False),
    "pointwise": (5, 7, 4, 3, 1, 1, 1, 1, 0, 0, 1, 1, 1, True),
    "window_larger_than_image": (1, 2, 2, 3, 5, 5, 1, 1, 2, 2, 1, 1, 1, True),
    "first_layer_7x7": (3, 4, 12, 12, 7, 7, 2, 2, 3, 3, 1, 1, 1, True),
}
for name, (i, o, h, w, kh, kw, sh, sw, ph, pw, dh, dw, g, has_bias) in CONVS.items():
    x = torch.randn(2, i, h, w)
    bias = torch.randn(o) if has_bias else None
    args = dict(stride=(sh, sw), padding=(ph, pw), dilation=(dh, dw), groups=g)
    weight = torch.randn(o, i // g, kh, kw)
    case("conv_" + name)
    ints("geometry", sh, sw, ph, pw, dh, dw, g)
    tensor("x", x)
    tensor("weight", weight)
    if has_bias:
        tensor("bias", bias)
    tensor("y", F.conv2d(x.double(), weight.double(), None if bias is None else bias.double(), **args))

    t = trits(o, i // g, kh, kw)
    scale = torch.rand(o) + 0.5
    case("ternary_conv_" + name)
    ints("geometry", sh, sw, ph, pw, dh, dw, g)
    tensor("x", x)
    tensor("trits", t)
    tensor("scale", scale)
    if has_bias:
        tensor("bias", bias)
    tensor("y", F.conv2d(x.double(), (t * scale[:, None, None, None]).double(),
                         None if bias is None else bias.double(), **args))
    # int8: an image is a token; sums of products of integers are exact in float64
    q, step = quantize(x.flatten(1))
    sums = F.conv2d(q.reshape(x.shape).double(), t.double(), **args).float()
    y8 = (sums * scale[None, :, None, None]) * step[:, :, None, None]
    if has_bias:
        y8 = y8 + bias[None, :, None, None]
    tensor("y8", y8)

for name, shape, o in [("vector", (3, 37), 20), ("tokens", (2, 4, 9), 6)]:
    x = torch.randn(*shape)
    bias = torch.randn(o)
    weight = torch.randn(o, shape[-1])
    case("linear_" + name)
    tensor("x", x)
    tensor("weight", weight)
    tensor("bias", bias)
    tensor("y", F.linear(x.double(), weight.double(), bias.double()))
    t = trits(o, shape[-1])
    scale = torch.rand(o) + 0.5
    case("ternary_linear_" + name)
    tensor("x", x)
    tensor("trits", t)
    tensor("scale", scale)
    tensor("bias", bias)
    tensor("y", F.linear(x.double(), (t * scale[:, None]).double(), bias.double()))
    tensor("y8", int8_linear(x, t, scale) + bias)

for name, shape in [("features", (4, 5)), ("images", (2, 3, 4, 5))]:
    bn = nn.BatchNorm2d(shape[1]) if len(shape) == 4 else nn.BatchNorm1d(shape[1])
    bn.eval().double()
    with torch.no_grad():
        bn.weight.copy_(torch.randn(shape[1]))
        bn.bias.copy_(torch.randn(shape[1]))
        bn.running_mean.copy_(torch.randn(shape[1]))
        bn.running_var.copy_(torch.rand(shape[1]) + 0.1)
    x = torch.randn(*shape)
    case("batch_norm_" + name)
    tensor("x", x)
    tensor("gamma", bn.weight)
    tensor("beta", bn.bias)
    tensor("mean", bn.running_mean)
    tensor("variance", bn.running_var)
    print("float eps", bn.eps)
    tensor("y", bn(x.double()))

for name, shape, normalized in [("last", (3, 4, 6), (6,)), ("last_two", (3, 4, 6), (4, 6))]:
    x = torch.randn(*shape) * 3 + 1
    gamma = torch.randn(*normalized)
    beta = torch.randn(*normalized)
    case("layer_norm_" + name)
    tensor("x", x)
    tensor("gamma", gamma)
    tensor("beta", beta)
    print("float eps", 1e-5)
    tensor("y", F.layer_norm(x.double(), normalized, gamma.double(), beta.double(), 1e-5))
    case("rms_norm_" + name)
    tensor("x", x)
    tensor("gamma", gamma)
    print("float eps", 1e-6)
    tensor("y", F.rms_norm(x.double(), normalized, gamma.double(), 1e-6))

points = torch.cat([torch.linspace(-9, 9, 121), torch.tensor([0.0, 1e-3, -1e-3, 40.0, -40.0])])[None]
for name, f in [("relu", F.relu), ("gelu", F.gelu),
                ("gelu_tanh", lambda v: F.gelu(v, approximate="tanh")), ("silu", F.silu)]:
    case(name)
    tensor("x", points)
    tensor("y", f(points.double()))
    if name == "gelu":  # F.gelu subtracts in the left tail and loses all digits there
        v = points.double()
        tensor("tail", 0.5 * v * torch.special.erfc(-v / 2 ** 0.5))

case("softmax")
x = torch.randn(3, 2, 7) * 10
tensor("x", x)
tensor("y", F.softmax(x.double(), -1))

for name, (k, s, p) in {"plain": ((2, 2), (2, 2), (0, 0)), "overlapping": ((3, 2), (2, 1), (1, 1))}.items():
    x = torch.randn(2, 3, 7, 6)
    for kind, f in [("max", F.max_pool2d), ("avg", F.avg_pool2d)]:
        case(kind + "_pool_" + name)
        ints("geometry", *k, *s, *p)
        tensor("x", x)
        tensor("y", f(x.double(), k, s, p))

case("global_avg_pool")
x = torch.randn(2, 3, 5, 4)
tensor("x", x)
tensor("y", F.adaptive_avg_pool2d(x.double(), 1).flatten(1))

case("subsample_pad")
ints("stride_channels", 2, 8)
x = torch.randn(2, 4, 5, 6)
tensor("x", x)
tensor("y", F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 2, 2)))


class Net(nn.Module):
    """A residual net with every kind of shortcut."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(4)
        self.a = nn.Conv2d(4, 4, 3, padding=1, bias=False)
        self.abn = nn.BatchNorm2d(4)
        self.b = nn.Conv2d(4, 8, 3, stride=2, padding=1, bias=False)
        self.bbn = nn.BatchNorm2d(8)
        self.short = nn.Conv2d(4, 8, 1, stride=2, bias=True)
        self.fc = nn.Linear(8, 5)

    def forward(self, x):
        x = F.relu(self.bn(self.conv(x)))
        x = F.relu(self.abn(self.a(x)) + x)
        x = F.relu(self.bbn(self.b(x)) + self.short(x))
        return F.softmax(self.fc(x.mean((2, 3))), -1)


net = Net().eval()
with torch.no_grad():
    for m in net.modules():
        if isinstance(m, nn.BatchNorm2d):
            m.weight.copy_(torch.rand_like(m.weight) + 0.5)
            m.bias.copy_(torch.randn_like(m.bias))
            m.running_mean.copy_(torch.randn_like(m.bias))
            m.running_var.copy_(torch.rand_like(m.bias) + 0.2)
case("net")
x = torch.randn(3, 1, 8, 8)
tensor("x", x)
for key, value in net.state_dict().items():
    if "num_batches" not in key:
        tensor(key, value)
print("float eps", 1e-5)
with torch.no_grad():
    tensor("y", net.double()(x.double()))
