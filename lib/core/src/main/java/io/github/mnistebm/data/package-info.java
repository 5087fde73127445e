/**
 * Images on the device: MNIST with its checksums, binarization, mini-batches of a data set that stays on the device as one tensor, and
 * writers of drawn images.
 */
package io.github.mnistebm.data;
