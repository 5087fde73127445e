/**
 * The common parts of the trainers: Adam, the cosine schedule and the exponential moving average over one contiguous parameter
 * vector, updated in place on the device; the history of a training as a table, how a training reports, and the state that it can
 * go on from.
 */
package io.github.mnistebm.training;
