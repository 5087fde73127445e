/** The quality of samples, as measured by a classifier of the data set that is independent of the model. */
package io.github.mnistebm.evaluation;
