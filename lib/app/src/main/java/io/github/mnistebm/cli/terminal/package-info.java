/** The terminal: progress, messages of errors, and Ctrl-C. */
package io.github.mnistebm.cli.terminal;
