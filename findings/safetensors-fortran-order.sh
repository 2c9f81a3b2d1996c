#!/usr/bin/env bash
# safetensors 0.8.0 writes a NumPy array in Fortran order with its values permuted, without an error.
#
# Asked:    safetensors.numpy.save and load of a transposed array (`a.T`, the usual way to turn a weight around).
# Expected: the values that went in: the format stores elements row-major.
# Found:    the bytes of the memory as they lie, under the transposed shape: every element is somewhere else after loading.
#           np.ascontiguousarray before saving gives the right file.
# Source:   safetensors.numpy.save, format specification ("row-major"); seen 2026-11 with safetensors 0.8.0, numpy 2.4.6.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet safetensors==0.8.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import numpy as np
from safetensors.numpy import load, save

a = np.arange(6, dtype=np.float32).reshape(2, 3)
back = load(save({"w": a.T}))["w"]
right = load(save({"w": np.ascontiguousarray(a.T)}))["w"]
print("saved", a.T.tolist(), "loaded", back.tolist())
assert back.shape == (3, 2) and back.tolist() == [[0, 1], [2, 3], [4, 5]], "the finding has changed"
assert right.tolist() == a.T.tolist(), "the finding has changed"
PY
