"""Compares `ternary bench arrays` with NumPy doing the same on int8, one thread each, on this machine.

python bench/src/main/python/numpy_arrays.py ./ternary [SIZE,SIZE...]

NumPy is measured before and after the Java run, into preallocated results and into fresh ones; the best of all
rounds counts on both sides. Prints a Markdown table; above 1 TernaryArray is faster.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np

ROUNDS = 31


def contenders(size):
    rng = np.random.default_rng(42)
    a = rng.integers(-1, 2, size, np.int8)
    b = rng.integers(-1, 2, size, np.int8)
    out = np.empty_like(a)
    matrix = a.reshape(1024 if size % 1024 == 0 else 1, -1)

    def add_into():
        np.add(a, b, out=out)
        np.clip(out, -1, 1, out=out)

    return {
        "add, into a builder": add_into,
        "add, fresh": lambda: np.clip(a + b, -1, 1),
        "multiply, into a builder": lambda: np.multiply(a, b, out=out),
        "multiply, fresh": lambda: a * b,
        "min, into a builder": lambda: np.minimum(a, b, out=out),
        "min, fresh": lambda: np.minimum(a, b),
        "max, into a builder": lambda: np.maximum(a, b, out=out),
        "max, fresh": lambda: np.maximum(a, b),
        "not, fresh": lambda: -a,
        "equal, fresh mask": lambda: a == b,
        "sum": lambda: a.sum(dtype=np.int64),
        "dot": lambda: np.einsum("i,i->", a, b, dtype=np.int64, casting="unsafe"),
        "from int8": lambda: a.copy(),
        "to int8": lambda: a.copy(),
        "every third, fresh": lambda: a[::3].copy(),
        "rolled by 7, fresh": lambda: np.roll(a, 7),
        "transposed, fresh": lambda: np.ascontiguousarray(matrix.T),
        "sum along axis 0": lambda: matrix.sum(axis=0, dtype=np.int64),
        "sorted, fresh": lambda: np.sort(a),
    }


def best(run):
    end = time.perf_counter() + 0.1
    while time.perf_counter() < end:
        run()
    start = time.perf_counter()
    run()
    calls = max(1, int(0.0015 / (time.perf_counter() - start)))
    least = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(calls):
            run()
        least = min(least, (time.perf_counter() - start) / calls)
    return least * 1e9


def measure(sizes):
    return {(size, name): best(run) for size in sizes for name, run in contenders(size).items()}


ternary = sys.argv[1]
sizes = [int(s) for s in (sys.argv[2] if len(sys.argv) > 2 else "1000,262144,1048576,16777216").split(",")]
before = measure(sizes)
with tempfile.TemporaryDirectory() as directory:
    path = os.path.join(directory, "arrays.json")
    command = [ternary, "bench", "arrays", "--json", path, "--sizes", ",".join(map(str, sizes))]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    java = {(r["trits"], r["operation"]): r["best_nanos"] for r in json.load(open(path))["results"]}
after = measure(sizes)

print(f"NumPy {np.__version__} on int8, {ROUNDS} rounds twice; times in ns a call\n")
print("| operation | " + " | ".join(f"{s:,} trits, ns | NumPy, ns | times faster" for s in sizes) + " |")
print("|---|" + "---:|---:|---:|" * len(sizes))
for name in contenders(1):
    cells = []
    for size in sizes:
        numpy = min(before[size, name], after[size, name])
        cells.append(f"{java[size, name]:,.0f} | {numpy:,.0f} | {numpy / java[size, name]:.2f}")
    print(f"| {name} | " + " | ".join(cells) + " |")
