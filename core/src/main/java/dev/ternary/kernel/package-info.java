/** Products of packed ternary matrices with activations, and how the kernel for them is chosen. */
package dev.ternary.kernel;
