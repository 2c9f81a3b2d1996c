/** Native libraries, upcalls and executable memory: what every binding needs. */
package dev.ternary.foreign;
