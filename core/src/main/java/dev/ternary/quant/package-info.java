/** From float weights to ternary ones: thresholds, scales and the report on what was lost. */
package dev.ternary.quant;
