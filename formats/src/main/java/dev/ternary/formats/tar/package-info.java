/** Tar archives. */
package dev.ternary.formats.tar;
