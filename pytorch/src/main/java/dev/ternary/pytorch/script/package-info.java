/** TorchScript: its program becomes a graph of ours, and libtorch says whether both agree. */
package dev.ternary.pytorch.script;
