#!/usr/bin/env bash
# JAX 0.10.2 shifts uint4 and uint2 numbers to the right as if they had a sign.
#
# Asked:    x >> 1 and x >> 2 of uint4 arrays (the usual way to take apart packed 2-bit codes), and x >> 1 of uint2.
# Expected: zeros come in from the left, as for uint8 in JAX and for uint4 in NumPy with ml_dtypes: 15 >> 1 is 7.
# Found:    15 >> 1 is 15, 8 >> 2 is 14, and 2 >> 1 is 3 in uint2: every number with the top bit set, half of all codes,
#           is wrong, under jit and without. jax.lax.shift_right_logical is right. The operator chooses the kind of shift
#           with a test for unsigned types that does not know the narrow ones.
# Source:   jnp.right_shift, which is to match numpy.right_shift; the same for uint8 was called a bug and mended in 2020,
#           https://github.com/jax-ml/jax/issues/3952; seen 2026-11 with jax 0.10.2, ml_dtypes 0.6.0.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet jax==0.10.2 jaxlib==0.10.2 ml_dtypes==0.6.0 numpy==2.4.6
JAX_PLATFORMS=cpu "$work/venv/bin/python" - <<'PY'
import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np


def wrong(dtype, count, bits):
    codes = np.arange(2**bits, dtype=np.uint8)
    x = jnp.array(codes).astype(dtype)
    by = jnp.array(count, dtype)
    expected = codes >> count
    plain = np.asarray(x >> by).astype(int)
    compiled = np.asarray(jax.jit(lambda a: a >> by)(x)).astype(int)
    logical = np.asarray(jax.lax.shift_right_logical(x, jnp.full_like(x, count))).astype(int)
    assert (plain == compiled).all() and (logical == expected).all(), "the finding has changed"
    return {int(c): int(p) for c, p, e in zip(codes, plain, expected) if p != e}


for dtype, count, bits in ((jnp.uint4, 1, 4), (jnp.uint4, 2, 4), (jnp.uint2, 1, 2), (jnp.uint8, 1, 8)):
    print(dtype.__name__, ">>", count, "is wrong for", wrong(dtype, count, bits))
assert wrong(jnp.uint4, 1, 4) == {8: 12, 9: 12, 10: 13, 11: 13, 12: 14, 13: 14, 14: 15, 15: 15}, "the finding has changed"
assert sorted(wrong(jnp.uint4, 2, 4)) == [8, 9, 10, 11, 12, 13, 14, 15], "the finding has changed"
assert wrong(jnp.uint2, 1, 2) == {2: 3, 3: 3} and wrong(jnp.uint8, 1, 8) == {}, "the finding has changed"
assert (np.array([15], ml_dtypes.uint4) >> np.array([1], ml_dtypes.uint4)).astype(int).tolist() == [7], "the finding has changed"
PY
