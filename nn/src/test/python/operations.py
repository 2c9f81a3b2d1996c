"""Answers of PyTorch for the operations that goldens.py does not have: what moves elements, what
takes two values, and attention.

Made with torch 2.13.0:  python operations.py > ../resources/dev/ternary/nn/operations.txt

The format is that of goldens.py. Values are [samples, ...]; "x", "x1" ... are the inputs in order.
"""

import torch
import torch.nn.functional as F

from goldens_format import case, ints, tensor

torch.manual_seed(20261130)
torch.set_num_threads(1)


def write(name, inputs, y, **attributes):
    case(name)
    for key, value in attributes.items():
        ints(key, *value)
    for i, x in enumerate(inputs):
        tensor("x" + (str(i) if i else ""), x)
    tensor("y", y)


def r(*shape):
    return torch.randn(shape, dtype=torch.float64).float()


x = r(3, 4, 5)
write("sigmoid", [x * 3], torch.sigmoid(x.double() * 3))
write("tanh", [x * 2], torch.tanh((x * 2).double()))
write("clip", [x * 5], F.hardtanh(x * 5, -1.0, 6.0))
t = r(2, 3, 4, 5)
write("transpose", [t], t.permute(0, 3, 1, 2), order=(2, 0, 1))
write("slice", [t], t[:, :, 1:4:2], slice=(1, 1, 4, 2))
write("slice_from_the_end", [t], t[:, :, :, -3:], slice=(-1, -3, 2**31 - 1, 1))
write("reshape", [t], t.reshape(2, 6, -1), dims=(6, -1))
a, b = r(2, 3, 4), r(2, 3, 2)
write("concat", [a, b, a], torch.cat([a, b, a], -1), axis=(-1,))
for kind, f in (("mean", torch.mean), ("sum", torch.sum), ("max", torch.amax)):
    write("reduce_" + kind, [t], f(t.double(), 2), axis=(1,), keep=(0,))
    write("reduce_" + kind + "_keep", [t], f(t.double(), -1, keepdim=True), axis=(-1,), keep=(1,))
write("add", [a, a * 0.5], a + a * 0.5)
p, q = r(2, 3, 1, 4), r(2, 5, 1)
write("add_broadcast", [p, q], p + q[:, None])
c = r(2, 3, 4)
write("multiply", [a, c], a * c)
write("multiply_broadcast", [p, q], p * q[:, None])
m, n = r(2, 3, 4, 5), r(2, 3, 5, 6)
write("matmul", [m, n], m.double() @ n.double(), transposed=(0,))
write("matmul_transposed", [m, n.transpose(-1, -2).contiguous()], m.double() @ n.double(), transposed=(1,))


def attention(q, k, v, heads, key_heads, causal, mask=None):
    samples, t, width = q.shape
    s, size = k.shape[1], width // heads
    split = lambda z, h: z.double().reshape(samples, -1, h, size).transpose(1, 2)
    bias = torch.zeros(samples, 1, t, s, dtype=torch.float64)
    if causal:
        bias = bias.masked_fill(~torch.ones(t, s, dtype=torch.bool).tril(s - t), float("-inf"))
    if mask is not None:
        bias = bias.masked_fill(mask[:, None, None, :] == 0, float("-inf"))
    keys = split(k, key_heads).repeat_interleave(heads // key_heads, 1)
    values = split(v, key_heads).repeat_interleave(heads // key_heads, 1)
    y = F.scaled_dot_product_attention(split(q, heads), keys, values, attn_mask=bias)
    return y.transpose(1, 2).reshape(samples, t, width)


q, k, v = r(2, 5, 12), r(2, 5, 12), r(2, 5, 12)
write("attention", [q, k, v], attention(q, k, v, 3, 3, False), heads=(3, 3), causal=(0,))
write("attention_causal", [q, k, v], attention(q, k, v, 3, 3, True), heads=(3, 3), causal=(1,))
k, v = r(2, 7, 6), r(2, 7, 6)
q = r(2, 4, 12)
write("attention_grouped", [q, k, v], attention(q, k, v, 4, 2, True), heads=(4, 2), causal=(1,))
mask = torch.tensor([[1, 1, 0, 1, 0, 0, 1], [0, 1, 1, 1, 1, 1, 0]]).float()
write("attention_masked", [q, k, v, mask], attention(q, k, v, 4, 2, False, mask),
      heads=(4, 2), causal=(0,))


def rotate(x, positions, size, theta, halves):
    samples, t, width = x.shape
    angle = positions.double()[..., None] * theta ** (-torch.arange(0, size, 2).double() / size)
    turn = torch.polar(torch.ones_like(angle), angle)[:, :, None]
    heads = x.double().reshape(samples, t, -1, size)
    if halves:
        z = torch.complex(heads[..., : size // 2], heads[..., size // 2 :]) * turn
        y = torch.cat([z.real, z.imag], -1)
    else:
        z = torch.view_as_complex(heads.reshape(samples, t, -1, size // 2, 2).contiguous()) * turn
        y = torch.view_as_real(z).flatten(-2)
    return y.reshape(samples, t, width)


x = r(2, 6, 16)
rows = torch.arange(6).repeat(2, 1)
write("rope_halves", [x], rotate(x, rows, 8, 10000.0, True), head=(8,), theta=(10000,), halves=(1,))
write("rope_neighbours", [x], rotate(x, rows, 4, 500.0, False), head=(4,), theta=(500,), halves=(0,))
places = torch.tensor([[3, 1, 4, 1, 5, 900], [2, 6, 5, 3, 5, 8]])
write("rope_positions", [x, places.float()], rotate(x, places, 8, 10000.0, True),
      head=(8,), theta=(10000,), halves=(1,))

table = r(9, 4)
ids = torch.tensor([[0, 8, 3], [3, 3, 7]])
case("embedding")
tensor("x", ids.float())
tensor("table", table)
tensor("y", F.embedding(ids, table))
