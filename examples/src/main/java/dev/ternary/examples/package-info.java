/** Data sets for the examples, checked when they are read. */
package dev.ternary.examples;
