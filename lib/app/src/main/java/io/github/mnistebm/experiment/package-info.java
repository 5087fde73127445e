/**
 * The experiments whose results the documentation reports: samples of models trained with different settings, anomaly detection, and
 * the restoration of half-hidden images. Each returns a table; nothing here parses options or prints.
 */
package io.github.mnistebm.experiment;
