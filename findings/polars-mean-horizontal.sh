#!/usr/bin/env bash
# Polars 1.44.2 says that the mean of 100 and 100 is -28, if the columns are int8.
#
# Asked:    mean_horizontal of two Int8 columns that hold 100, and dot of such a column with itself.
# Expected: 100.0 as a Float64, and 30000: mean, sum, product and cum_sum of the same columns widen int8 before they add,
#           which the documentation of sum promises; mean_horizontal's and dot's say nothing of 8 bits.
# Found:    -28.0 and 48. The result of mean_horizontal is a Float64, so nothing tells that it was added in 8 bits; two
#           Float64 columns of the same numbers give 100.0. So averages and products of quantized columns go wrong.
# Source:   polars.mean_horizontal, Series.dot; sum_horizontal, on which it rests, is open as a bug since 2025,
#           https://github.com/pola-rs/polars/issues/21515; seen 2026-11 with polars 1.44.2.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet polars==1.44.2
"$work/venv/bin/python" - <<'PY'
import polars as pl

frame = pl.DataFrame({"a": [100, 100, 100], "b": [100, 100, 100]}, schema={"a": pl.Int8, "b": pl.Int8})


def horizontal_mean(f):
    return f.select(pl.mean_horizontal("a", "b")).to_series()


across = horizontal_mean(frame)
a = frame["a"]
print("across:", across.to_list(), across.dtype, "mean:", a.mean(), "sum:", a.sum(), "cumulative:", a.cum_sum().to_list(), "dot:", a.dot(a))
assert across.dtype == pl.Float64 and across.to_list() == [-28.0] * 3, "the finding has changed"
assert horizontal_mean(frame.cast(pl.Float64)).to_list() == [100.0] * 3, "the finding has changed"
assert a.mean() == 100.0 and a.sum() == 300 and a.product() == 1_000_000, "the finding has changed"
assert a.cum_sum().to_list() == [100, 200, 300], "the finding has changed"
assert a.dot(a) == 48 and a.cast(pl.Int64).dot(a.cast(pl.Int64)) == 30000, "the finding has changed"
PY
