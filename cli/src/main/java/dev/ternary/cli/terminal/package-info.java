/** What the commands write to: text, tables and progress. */
package dev.ternary.cli.terminal;
