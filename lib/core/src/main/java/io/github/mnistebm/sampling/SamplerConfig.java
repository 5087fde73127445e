package io.github.mnistebm.sampling;

import java.util.Objects;
import java.util.function.IntConsumer;

/**
 * The length of chains, and the choice of their step size. Made by {@link #builder()}.
 *
 * @param burnIn steps before the first draw, during which the step size adapts; at least 0
 * @param steps steps after burn-in, with the step size frozen; at least 1
 * @param thinning one draw is kept every so many steps after burn-in; at least 1
 * @param stepSize ε at the first step; positive
 * @param targetAcceptance the acceptance that burn-in steers to, in (0, 1)
 * @param adaptation the parts of the kernel that burn-in adapts
 */
public record SamplerConfig(
        int burnIn, int steps, int thinning, double stepSize, double targetAcceptance, Adaptation adaptation) {

    /**
     * The acceptance that is optimal for MALA in high dimension (Roberts &amp; Rosenthal 1998, "Optimal scaling of
     * discrete approximations to Langevin diffusions").
     */
    public static final double OPTIMAL_ACCEPTANCE = 0.574;

    /** The step size that a chain begins with where nothing better is known. */
    public static final double FIRST_STEP_SIZE = 0.1;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public SamplerConfig {
        if (burnIn < 0) {
            throw new IllegalArgumentException("burn-in: must be at least 0, found " + burnIn);
        }
        if (steps < 1) {
            throw new IllegalArgumentException("steps: must be at least 1, found " + steps);
        }
        if (thinning < 1 || thinning > steps) {
            throw new IllegalArgumentException("thinning: must be in [1, steps = " + steps + "], found " + thinning);
        }
        if (!(stepSize > 0) || Double.isInfinite(stepSize)) {
            throw new IllegalArgumentException("step size: must be positive and finite, found " + stepSize);
        }
        if (!(targetAcceptance > 0 && targetAcceptance < 1)) {
            throw new IllegalArgumentException("target acceptance: must be in (0, 1), found " + targetAcceptance);
        }
        Objects.requireNonNull(adaptation, "adaptation");
    }

    /**
     * Returns how many draws each chain gives.
     *
     * @return steps divided by thinning, rounded down
     */
    public int draws() {
        return steps / thinning;
    }

    /** Creates the adaptation of chains on R^d, which takes the number of each step of burn-in, from 1. */
    IntConsumer adaptationOf(Chains chains, int dimension) {
        return adaptation == Adaptation.STEP_SIZE
                ? step -> chains.adapt(StepSizeAdaptation.gain(step))
                : new WindowedAdaptation(chains, dimension, this);
    }

    /**
     * Starts from the defaults: 500 steps of burn-in, then one draw from 500 more, ε = {@value #FIRST_STEP_SIZE}, acceptance 0.574, of which
     * burn-in adapts the step size alone.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Sets options of a {@link SamplerConfig} by name. */
    public static final class Builder {
        private int burnIn = 500;
        private int steps = 500;
        private int thinning;
        private double stepSize = FIRST_STEP_SIZE;
        private double targetAcceptance = OPTIMAL_ACCEPTANCE;
        private Adaptation adaptation = Adaptation.STEP_SIZE;

        private Builder() {}

        /**
         * Sets the length of burn-in.
         *
         * @param burnIn steps
         * @return this builder
         */
        public Builder burnIn(int burnIn) {
            this.burnIn = burnIn;
            return this;
        }

        /**
         * Sets the steps after burn-in.
         *
         * @param steps steps
         * @return this builder
         */
        public Builder steps(int steps) {
            this.steps = steps;
            return this;
        }

        /**
         * Sets how often a draw is kept; without it, only the last state of each chain is.
         *
         * @param thinning steps a draw
         * @return this builder
         */
        public Builder thinning(int thinning) {
            this.thinning = thinning;
            return this;
        }

        /**
         * Sets the first step size.
         *
         * @param stepSize ε
         * @return this builder
         */
        public Builder stepSize(double stepSize) {
            this.stepSize = stepSize;
            return this;
        }

        /**
         * Sets the acceptance that burn-in steers to.
         *
         * @param targetAcceptance in (0, 1)
         * @return this builder
         */
        public Builder targetAcceptance(double targetAcceptance) {
            this.targetAcceptance = targetAcceptance;
            return this;
        }

        /**
         * Sets the parts of the kernel that burn-in adapts.
         *
         * @param adaptation the parts
         * @return this builder
         */
        public Builder adaptation(Adaptation adaptation) {
            this.adaptation = adaptation;
            return this;
        }

        /**
         * Creates the configuration.
         *
         * @return the configuration
         * @throws IllegalArgumentException if an option is out of range
         */
        public SamplerConfig build() {
            return new SamplerConfig(
                    burnIn, steps, thinning == 0 ? steps : thinning, stepSize, targetAcceptance, adaptation);
        }
    }
}
