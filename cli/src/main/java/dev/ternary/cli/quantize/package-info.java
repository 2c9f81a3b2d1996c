/** {@code ternary quantize}: from a file of float weights to a packed one. */
package dev.ternary.cli.quantize;
