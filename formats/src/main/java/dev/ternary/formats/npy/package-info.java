/** NumPy's array files: npy with one array, npz with several. */
package dev.ternary.formats.npy;
