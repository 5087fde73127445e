package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;

/**
 * Robbins–Monro adaptation of a step size to an acceptance probability, log ε ← log ε + γₜ (ā − a*), with ā the mean over
 * the chains (Andrieu &amp; Thoms 2008, "A tutorial on adaptive MCMC", algorithm 4). When burn-in ends, the step size becomes the
 * exponential of an average of log ε over burn-in (Hoffman &amp; Gelman 2014, equation 6), which depends less on the last states of a
 * few chains. The step size lives on the device and is bounded, so that a failing
 * target cannot drive it away.
 */
public final class StepSizeAdaptation implements AutoCloseable {

    /** The least step size that is ever used. */
    public static final double MIN_STEP_SIZE = 1e-5;

    /** The greatest step size that is ever used. */
    public static final double MAX_STEP_SIZE = 10;

    /** The power by which the gain falls. */
    private static final double GAIN_DECAY = 0.6;

    /** The power of the gain that weights a step in the average: t^−0.75 in burn-in, so that the first steps fade. */
    private static final double WEIGHT_POWER = 1.25;

    private final NDManager manager;
    private final NDArray stepSize;
    private final NDArray averageLog;
    private final NDArray target;
    private final NDArray least;
    private final NDArray greatest;

    /**
     * Starts at a step size.
     *
     * @param parent the parent of the manager that owns the step size
     * @param initialStepSize ε to begin with; positive
     * @param targetAcceptance a*, in (0, 1)
     * @throws IllegalArgumentException if a value is out of range
     */
    public StepSizeAdaptation(NDManager parent, double initialStepSize, double targetAcceptance) {
        check(initialStepSize, targetAcceptance);
        this.manager = parent.newSubManager();
        this.stepSize = Tensors.scalar(manager, initialStepSize);
        this.averageLog = Tensors.scalar(manager, Math.log(initialStepSize));
        this.target = Tensors.scalar(manager, targetAcceptance);
        this.least = Tensors.scalar(manager, Math.log(MIN_STEP_SIZE));
        this.greatest = Tensors.scalar(manager, Math.log(MAX_STEP_SIZE));
        NDScope.unregister(stepSize, averageLog, target, least, greatest);
    }

    private static void check(double initialStepSize, double targetAcceptance) {
        if (!(initialStepSize > 0) || Double.isInfinite(initialStepSize)) {
            throw new IllegalArgumentException("step size: must be positive and finite, found " + initialStepSize);
        }
        if (!(targetAcceptance > 0 && targetAcceptance < 1)) {
            throw new IllegalArgumentException("target acceptance: must be in (0, 1), found " + targetAcceptance);
        }
    }

    /**
     * Returns the gain of a step of burn-in, which falls so that the step size comes to rest.
     *
     * @param step the number of the step, from 1
     * @return γₜ = t^−0.6
     */
    public static double gain(long step) {
        return Math.pow(step, -GAIN_DECAY);
    }

    private static double weight(double gain) {
        return Math.min(1, Math.pow(gain, WEIGHT_POWER));
    }

    /** The same adaptation in Java, for chains that live there. */
    static final class Bounded {
        private final double target;
        private double value;
        private double averageLog;

        Bounded(double initialStepSize, double targetAcceptance) {
            check(initialStepSize, targetAcceptance);
            this.target = targetAcceptance;
            this.value = initialStepSize;
            this.averageLog = Math.log(initialStepSize);
        }

        double value() {
            return value;
        }

        void update(double meanAcceptanceProbability, double gain) {
            double moved = value * Math.exp(gain * (meanAcceptanceProbability - target));
            value = Math.min(MAX_STEP_SIZE, Math.max(MIN_STEP_SIZE, moved));
            averageLog += weight(gain) * (Math.log(value) - averageLog);
        }

        void set(double stepSize) {
            value = stepSize;
            averageLog = Math.log(stepSize);
        }

        void settle() {
            value = Math.exp(averageLog);
        }
    }

    /**
     * Returns the step size, which {@link #update} changes in place.
     *
     * @return ε on the device, of shape {@code ()}; it stays this object's
     */
    public NDArray stepSize() {
        return stepSize;
    }

    /**
     * Moves the step size towards the wanted acceptance, on the device.
     *
     * @param acceptanceProbability the acceptance probability of each chain, {@code [chains]}
     * @param gain the gain γₜ; at least 0
     */
    public void update(NDArray acceptanceProbability, double gain) {
        Scope.run(() -> {
            NDArray logStepSize = stepSize.log()
                    .addi(acceptanceProbability.mean().subi(target).muli(Tensors.scalar(manager, gain)))
                    .maximum(least)
                    .minimum(greatest);
            Tensors.copy(logStepSize.exp(), stepSize);
            averageLog.addi(logStepSize.subi(averageLog).muli(Tensors.scalar(manager, weight(gain))));
        });
    }

    /** Sets the step size, and forgets the average. */
    void set(double value) {
        Scope.run(() -> {
            Tensors.copy(Tensors.scalar(manager, value), stepSize);
            Tensors.copy(Tensors.scalar(manager, Math.log(value)), averageLog);
        });
    }

    /** Ends the adaptation. The step size becomes the average of burn-in. */
    public void settle() {
        try (NDArray average = averageLog.exp()) {
            Tensors.copy(average, stepSize);
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
