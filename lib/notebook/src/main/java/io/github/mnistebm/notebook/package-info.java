/** The library in a Jupyter notebook: renderers that the Java kernel loads at its start, and curves that grow in training. */
package io.github.mnistebm.notebook;
