/**
 * What the trainers share: Adam, the cosine schedule and the exponential moving average over one contiguous parameter
 * vector, updated in place on the device; the history of a training as a table, and how a training reports.
 */
package io.github.mnistebm.training;
