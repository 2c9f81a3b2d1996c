/** The {@code ternary} command. */
package dev.ternary.cli;
