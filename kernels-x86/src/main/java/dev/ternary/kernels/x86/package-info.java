/**
 * Kernels of generated machine code. Internal: reached through {@link dev.ternary.kernel.Kernels}.
 */
package dev.ternary.kernels.x86;
