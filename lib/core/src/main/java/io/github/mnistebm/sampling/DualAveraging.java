package io.github.mnistebm.sampling;

/**
 * Dual averaging of a step size (Nesterov 2009; Hoffman &amp; Gelman 2014, "The No-U-Turn sampler", section 3.2.1, with its constants): with
 * āₜ the mean acceptance over the chains,
 *
 * <pre>
 *   H̄ₜ = (1 − 1/(t + t₀)) H̄ₜ₋₁ + (a* − āₜ)/(t + t₀)
 *   log εₜ = μ − √t H̄ₜ / γ
 *   log ε̄ₜ = t^−κ log εₜ + (1 − t^−κ) log ε̄ₜ₋₁
 * </pre>
 *
 * <p>The step size moves far at first, and ε̄ is the one to keep. Runs in Java for chains on any device.
 */
final class DualAveraging {

    /** γ, the shrinkage towards μ. */
    private static final double SHRINKAGE = 0.05;

    /** t₀, which holds back the first steps. */
    private static final double DELAY = 10;

    /** κ, the rate at which earlier steps fade from the average. */
    private static final double FADING = 0.75;

    /** The factor between the first step size and the one that the recursion shrinks to: trials of long steps cost less. */
    private static final double AMBITION = 10;

    private final double target;
    private double centre;
    private double error;
    private double averageLog;
    private int step;

    DualAveraging(double stepSize, double targetAcceptance) {
        this.target = targetAcceptance;
        restart(stepSize);
    }

    /** Forgets all but the target, and goes on from a step size. */
    void restart(double stepSize) {
        centre = Math.log(AMBITION * stepSize);
        error = 0;
        averageLog = Math.log(stepSize);
        step = 0;
    }

    /** Returns the step size εₜ to try next. */
    double update(double meanAcceptance) {
        step++;
        error += (target - meanAcceptance - error) / (step + DELAY);
        double logStepSize = Math.log(bounded(Math.exp(centre - Math.sqrt(step) * error / SHRINKAGE)));
        averageLog += Math.pow(step, -FADING) * (logStepSize - averageLog);
        return Math.exp(logStepSize);
    }

    private static double bounded(double stepSize) {
        return Math.min(StepSizeAdaptation.MAX_STEP_SIZE, Math.max(StepSizeAdaptation.MIN_STEP_SIZE, stepSize));
    }

    /** Returns the step size ε̄ₜ to keep. */
    double average() {
        return Math.exp(averageLog);
    }
}
