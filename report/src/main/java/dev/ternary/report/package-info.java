/** Reports as one HTML file that needs nothing else: text, tables and SVG charts. */
package dev.ternary.report;
