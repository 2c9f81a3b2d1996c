/** Examples, batches, schedules and measures of a training, for every framework. */
package dev.ternary.training;
