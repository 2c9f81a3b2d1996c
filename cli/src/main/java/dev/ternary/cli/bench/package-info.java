/** The {@code bench} command: how fast the kernels are on this machine. */
package dev.ternary.cli.bench;
