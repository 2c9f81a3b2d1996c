/** Layers as immutable data, and models that run them on the ternary kernels. */
package dev.ternary.nn;
