"""How goldens.py and operations.py write their cases.

"case NAME" starts a case; "int NAME VALUE..." and "float NAME VALUE" are attributes; "tensor NAME
D0,D1,... VALUE..." is a tensor, row-major (shortest text that gives the float32 back).
"""

import numpy as np


def case(name):
    print("case", name)


def ints(name, *values):
    print("int", name, *values)


def tensor(name, t):
    t = t.detach().float()
    shape = ",".join(str(d) for d in t.shape) or "1"
    print("tensor", name, shape, *[np.format_float_positional(np.float32(v), unique=True, trim="-")
                                   if v == 0 or 1e-4 < abs(v) < 1e6 else repr(np.float32(v)).split("(")[1][:-1]
                                   for v in t.flatten().tolist()])
