/** N-dimensional arrays of trits with element-wise ternary logic: what NumPy is for numbers. */
package dev.ternary.trit;
