/** What runs graphs: the contract between a model and the hardware. */
package dev.ternary.nn.backend;
