/** Networks that are known by name. */
package dev.ternary.pytorch.networks;
