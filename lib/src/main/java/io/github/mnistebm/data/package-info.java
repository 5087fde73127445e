/**
 * MNIST on disk and on the device: IDX files with their checksums, binarization, mini-batches of a data set that stays
 * on the device as one tensor, and writers for drawn images.
 */
package io.github.mnistebm.data;
