#!/usr/bin/env bash
# TensorFlow 2.21.0 on the CPU casts floats beyond the range of int8 in two ways inside one tensor.
#
# Asked:    tf.cast(x, tf.int8) of 67 times the value 200.
# Expected: one rule for all elements: either saturation (127) or wrapping (-56).
# Found:    the first 64 elements saturate, the last 3 wrap: the vector loop and its remainder disagree. A tensor of 3
#           elements wraps altogether. So activations must be clipped before they are cast.
# Source:   tf.cast; seen 2026-11 with tensorflow-cpu 2.21.0 on x86-64 with AVX-512.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet tensorflow-cpu==2.21.0
TF_CPP_MIN_LOG_LEVEL=3 "$work/venv/bin/python" - <<'PY'
import tensorflow as tf

long = tf.cast(tf.fill([67], 200.0), tf.int8).numpy().tolist()
short = tf.cast(tf.fill([3], 200.0), tf.int8).numpy().tolist()
print("67 elements:", {v: long.count(v) for v in sorted(set(long))}, "last three:", long[-3:], "3 elements:", short)
assert long == [127] * 64 + [-56] * 3, "the finding has changed"
assert short == [-56] * 3, "the finding has changed"
PY
