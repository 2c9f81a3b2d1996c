/** DJL blocks with ternary weights, and what such networks are built of. */
package dev.ternary.pytorch.layers;
