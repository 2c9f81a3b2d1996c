/** Networks as data: named values, operations and weights, and how they are stored. */
package dev.ternary.nn.graph;
