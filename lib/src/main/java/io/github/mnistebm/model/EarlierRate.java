package io.github.mnistebm.model;

/**
 * A learning rate that a phase of training had until it went on from a checkpoint with another one.
 *
 * @param phase its name
 * @param lastEpoch the last epoch that was trained with it, from 1
 * @param learningRate Adam's first learning rate
 */
public record EarlierRate(String phase, int lastEpoch, double learningRate) {}
