/** Packed ternary weights: packings of trits, scales, and the matrix that joins both. */
package dev.ternary.packed;
