/** Options that several commands share, checks of options, and the classifier that the options call for. */
package io.github.mnistebm.cli.option;
