/** {@code ternary doctor}: what works on this machine. */
package dev.ternary.cli.doctor;
