/** {@code ternary inspect}: what is in a file. */
package dev.ternary.cli.inspect;
