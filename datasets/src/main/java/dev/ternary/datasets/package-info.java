/** Data sets, checked when they are read. */
package dev.ternary.datasets;
