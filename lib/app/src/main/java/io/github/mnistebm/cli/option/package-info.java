/** Options that several commands share, and checks of options. */
package io.github.mnistebm.cli.option;
