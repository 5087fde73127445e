/** The command {@code bench} and its subcommands: they parse, run a benchmark or an experiment, and print its table. */
package io.github.mnistebm.cli.bench;
