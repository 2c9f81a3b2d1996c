#!/usr/bin/env bash
# jaxlib 0.10.2 (XLA, CPU) computes max(x, -1) of int2 numbers wrongly once it is compiled: trits cannot be clipped.
#
# Asked:    jax.jit(lambda x: jnp.clip(x, -1, 1)) of the four int2 values -2, -1, 0, 1, alone and repeated 250 times.
# Expected: -1, -1, 0, 1, as jnp.clip gives without jit, as NumPy gives, and as the same function gives for int4.
# Found:    -1 for all four; most of the 1000 are wrong as well (0 where this was written). XLA drops the upper bound, which
#           int2 cannot exceed; what is left is maximum(x, -1), and that alone is as wrong, with the optimizer of the code
#           generator on or off, for SSE4, AVX2 and AVX-512. It is the only one of maximum and minimum with -1, 0 and +1
#           that is wrong; bounds that are handed over as arguments are right too.
# Source:   jnp.clip, jax.lax.clamp, StableHLO maximum on i2; no report found; seen 2026-11 with jax and jaxlib 0.10.2.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet jax==0.10.2 jaxlib==0.10.2 ml_dtypes==0.6.0 numpy==2.4.6
JAX_PLATFORMS=cpu "$work/venv/bin/python" - <<'PY'
import jax
import jax.numpy as jnp
import numpy as np


def numbers(array):
    return np.asarray(array).astype(int).tolist()


def clip(x):
    return jnp.clip(x, -1, 1)


values = np.array([-2, -1, 0, 1], np.int8)
trits = jnp.array(values, jnp.int2)
print("without jit", numbers(clip(trits)), "with jit", numbers(jax.jit(clip)(trits)))
assert numbers(clip(trits)) == [-1, -1, 0, 1], "the finding has changed"
assert numbers(jax.jit(clip)(trits)) == [-1, -1, -1, -1], "the finding has changed"
assert numbers(jax.jit(clip)(trits.astype(jnp.int4))) == [-1, -1, 0, 1], "the finding has changed"
many = numbers(jax.jit(clip)(jnp.tile(trits, 250)))
print("1000 values with jit:", {v: many.count(v) for v in sorted(set(many))})
assert sum(m != v for m, v in zip(many, [-1, -1, 0, 1] * 250)) >= 500, "the finding has changed"
for name, compiled, right in (("maximum", jnp.maximum, np.maximum), ("minimum", jnp.minimum, np.minimum)):
    for bound in (-1, 0, 1):
        got = numbers(jax.jit(lambda x: compiled(x, jnp.int2(bound)))(trits))
        print(name, bound, got)
        assert (got == right(values, bound).tolist()) == ((name, bound) != ("maximum", -1)), "the finding has changed"
low, high = jnp.full(4, -1, jnp.int2), jnp.full(4, 1, jnp.int2)
assert numbers(jax.jit(jax.lax.clamp)(low, trits, high)) == [-1, -1, 0, 1], "the finding has changed"
PY
