/** The quality of samples, as measured by a digit classifier that is independent of the model. */
package io.github.mnistebm.evaluation;
