/** {@code ternary quickstart}: trains, packs, reloads, runs and compares, on real images. */
package dev.ternary.cli.quickstart;
