/** Pictures in files, and how they become the numbers that a model takes. */
package dev.ternary.images;
