/** What threads and memory have to do with libtorch. */
package dev.ternary.pytorch.runtime;
