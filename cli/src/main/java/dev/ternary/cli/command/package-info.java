/** How modules bring commands into {@code ternary}. */
package dev.ternary.cli.command;
