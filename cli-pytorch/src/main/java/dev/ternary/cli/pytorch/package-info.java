/**
 * What needs PyTorch: finds the commands, checks the libraries, measures layers inside libtorch.
 */
package dev.ternary.cli.pytorch;
