/**
 * Images on the device: MNIST with its checksums, and any other set in IDX files or in folders of pictures; binarization, mini-batches of
 * a data set that stays on the device as one tensor, and writers of drawn images. More than a dozen classes: four read a data set, four write images.
 */
package io.github.mnistebm.data;
