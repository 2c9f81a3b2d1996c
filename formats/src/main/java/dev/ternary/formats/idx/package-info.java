/** The idx format of MNIST and its relatives. */
package dev.ternary.formats.idx;
