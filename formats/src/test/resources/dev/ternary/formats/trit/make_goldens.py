"""Writes the golden files beside this script with NumPy (made with NumPy 2.4): python make_goldens.py"""

import pathlib

import numpy as np

here = pathlib.Path(__file__).parent
values = ((np.arange(2 * 3 * 35) * 7 + np.arange(2 * 3 * 35) // 5) % 3 - 1).astype(np.int8).reshape(2, 3, 35)
codes = (values + 1).astype(np.uint8)
np.save(here / "values.npy", values)
np.save(here / "codes.npy", codes)
np.save(here / "fortran.npy", np.asfortranarray(values))
np.save(here / "wide.npy", values.astype(">i4"))
np.save(here / "scalar.npy", np.int8(-1))
np.savez_compressed(here / "both.npz", values=values, codes=codes, empty=np.zeros((0, 3), np.int8))
bad = values.copy()
bad[1, 2, 34] = 2
np.save(here / "bad.npy", bad)
