/** The command line. Commands parse, call the library and print; nothing here is an algorithm. */
package io.github.mnistebm.cli;
