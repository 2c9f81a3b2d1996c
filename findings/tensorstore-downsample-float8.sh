#!/usr/bin/env bash
# TensorStore 0.1.85 says that the mean of any float8 numbers is 0, and that their largest is NaN.
#
# Asked:    tensorstore.downsample, by 2, of 1, 1, 1, 0, -1, -1, 2, 4 in each float8 and float4 type, by mean, min and max.
# Expected: mean 1, 0.5, -1, 3, as in bfloat16; min 1, 0, -1, 2 and max 1, 1, -1, 4; or the error that the documentation
#           promises for a method that a type does not support.
# Found:    the mean is 0 everywhere, in all seven types. min and max are NaN everywhere in the four types that have no
#           infinity and a NaN; float8_e5m2, float8_e3m4 and float4_e2m1fn have them right. median, mode and stride are right.
#           So a small copy of stored float8 weights, made to look at them, is blank.
# Source:   tensorstore.downsample, https://google.github.io/tensorstore/cpp/api/tensorstore.Downsample-TensorStore.html;
#           no report found; seen 2026-11 with tensorstore 0.1.85.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet tensorstore==0.1.85 ml_dtypes==0.6.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import numpy as np
import tensorstore as ts

NUMBERS = [1, 1, 1, 0, -1, -1, 2, 4]
RIGHT = {"mean": [1, 0.5, -1, 3], "min": [1, 0, -1, 2], "max": [1, 1, -1, 4], "median": [1, 0, -1, 2], "stride": [1, 1, -1, 2]}
NAN_ONLY = ["float8_e4m3fn", "float8_e4m3fnuz", "float8_e4m3b11fnuz", "float8_e5m2fnuz"]

for name in NAN_ONLY + ["float8_e5m2", "float8_e3m4", "float4_e2m1fn", "bfloat16"]:
    store = ts.array(np.array(NUMBERS).astype(getattr(ts, name).numpy_dtype))
    got = {m: ts.downsample(store, [2], m).read().result().astype(np.float64) for m in RIGHT}
    print(name, {m: values.tolist() for m, values in got.items()})
    seen = dict(RIGHT)
    if name != "bfloat16":
        seen["mean"] = [0] * 4
    if name in NAN_ONLY:
        seen["min"] = seen["max"] = [np.nan] * 4
    for method, values in got.items():
        assert np.array_equal(values, seen[method], equal_nan=True), "the finding has changed"
PY
