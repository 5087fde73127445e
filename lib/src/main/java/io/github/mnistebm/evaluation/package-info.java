/** How good samples are, as read by a digit classifier that has nothing to do with the model. */
package io.github.mnistebm.evaluation;
