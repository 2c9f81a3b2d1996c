"""Evaluates the NumPy column of docs/arrays.md and prints `snippet<TAB>shape values` a row.

python core/src/test/python/numpy_answers.py docs/arrays.md > core/src/test/resources/dev/ternary/trit/numpy-answers.txt
(made with NumPy 2.4)
"""

import re
import sys
from decimal import Context, Decimal

import numpy as np


def trits(text, *shape):
    return np.array(["-0+".index(x) - 1 for x in text], np.int8).reshape(shape)


def zeros_with(*writes):
    array = np.zeros((2, 3), np.int8)
    for at, value in writes:
        array[at] = value
    return array


a = trits("+0-++-0-+0-0", 3, 4)
b = trits("-0+0", 4)
c = trits("0+--0+++00+-", 3, 4)
e = np.zeros((0, 3), np.int8)
t = trits("++0-+00-", 2, 2, 2)
m = a == 1
w = np.zeros((2, 3), np.int8)


def number(value):
    if isinstance(value, (float, np.floating)):
        rounded = Context(prec=6).create_decimal(Decimal(float(value)))
        return format(rounded.normalize(), "f")
    return str(int(value))


def answer(result):
    if isinstance(result, str):
        return "text " + result.replace("\n", "/")
    array = np.asarray(result)
    shape = "[" + ", ".join(map(str, array.shape)) + "]"
    return (shape + " " + " ".join(map(number, array.reshape(-1)))).strip()


for line in open(sys.argv[1], encoding="utf-8"):
    row = re.fullmatch(r"\| `([^`]+)` \| `([^`]+)` \|", line.rstrip("\n"))
    if row:
        print(row[1], answer(eval(row[1])), sep="\t")
