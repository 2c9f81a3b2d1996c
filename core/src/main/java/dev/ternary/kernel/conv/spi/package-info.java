/**
 * The convolution package for those who write a kernel: what it implements to have code of its own.
 * Who only convolves needs {@link dev.ternary.kernel.conv} alone.
 */
package dev.ternary.kernel.conv.spi;
