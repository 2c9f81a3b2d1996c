/** {@code ternary run}: a stored model on an input. */
package dev.ternary.cli.run;
