/** The {@code bench} command: how fast kernels and arrays are on this machine. */
package dev.ternary.cli.bench;
