/** Times of code in turns with others, and float32 products of an OpenBLAS to compare with. */
package dev.ternary.measure;
