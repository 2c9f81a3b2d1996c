/** Graphs into graphs that compute the same: folded, fused, with what came before them inside. */
package dev.ternary.nn.rewrite;
