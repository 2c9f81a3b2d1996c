/**
 * The kernel package for those who write a kernel: what it is found by, the weights that it lays
 * out, the scratch memory it gets. Who only multiplies needs {@link dev.ternary.kernel} alone.
 */
package dev.ternary.kernel.spi;
