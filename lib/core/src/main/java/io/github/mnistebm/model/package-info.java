/**
 * The trained model as one object and as one folder on disk, the presets it is trained by, the checkpoints that a training goes on
 * from, the drawing of any number of images from it, and its scores of images.
 *
 * <p>More than a dozen classes: the training, the checkpoints and the folder pass each other tensors and locks that no other package
 * may see.
 */
package io.github.mnistebm.model;
