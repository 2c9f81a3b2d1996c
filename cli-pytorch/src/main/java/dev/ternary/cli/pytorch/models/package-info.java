/** The command {@code bench models}: whole networks, packed, against libtorch. */
package dev.ternary.cli.pytorch.models;
