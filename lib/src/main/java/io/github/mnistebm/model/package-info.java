/**
 * The trained model as one object and as one folder on disk, the presets it is trained by, and the drawing of any number
 * of images from it.
 */
package io.github.mnistebm.model;
