/** Typed, shaped, read-only views of memory: what files hold and what quantizers read. */
package dev.ternary.tensor;
