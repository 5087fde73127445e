package io.github.mnistebm.model;

/**
 * A learning rate of a phase until the training went on from a checkpoint with another rate.
 *
 * @param phase the name of the phase
 * @param lastEpoch the last epoch with this rate, from 1
 * @param learningRate Adam's first learning rate
 */
public record EarlierRate(String phase, int lastEpoch, double learningRate) {}
