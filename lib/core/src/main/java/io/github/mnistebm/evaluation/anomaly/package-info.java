/** The detection of images that are unlike the training images: made anomalies, areas under curves, and scores beside those of test images. */
package io.github.mnistebm.evaluation.anomaly;
