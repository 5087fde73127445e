package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.sampling.host.HostKernel;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.IntConsumer;
import java.util.function.IntUnaryOperator;

/**
 * A batch of chains on its way, with the step size that it moves by. On a processor, where the energy is small or
 * the chains are few, they move by plain loops in Java; elsewhere by tensor operations, all on the device. Both sample the same
 * distribution, from different random numbers. Not safe for use by several threads; the loops divide their work among threads of their
 * own.
 */
public interface Chains extends AutoCloseable {

    /** The number of chains up to which the loops are faster for energies of the size of the bundled model's too. */
    int FEW_CHAINS = 32;

    /** Few enough to stop soon when interrupted; of small energies, enough for threads to be worth their wait for each other. */
    int STEPS_AT_A_TIME = 16;

    /**
     * Creates chains that are not started yet.
     *
     * @param manager the parent of the manager that owns them; its device is theirs
     * @param kernel the kernel that moves them
     * @param chains the number of chains
     * @param stepSize ε to begin with; positive
     * @param targetAcceptance the acceptance that {@link #adapt} steers to, in (0, 1)
     * @return the chains
     * @throws IllegalArgumentException if a value is out of range, or the kernel needs loops that its target lacks
     */
    static Chains of(
            NDManager manager, TransitionKernel kernel, long chains, double stepSize, double targetAcceptance) {
        boolean ofNeed = kernel.inLoopsOnly();
        Optional<HostKernel> host = manager.getDevice().isGpu() && !ofNeed ? Optional.empty() : kernel.onHost();
        if (ofNeed && host.isEmpty()) {
            throw new IllegalArgumentException(
                    "energy: expected one with a form in plain loops (EnergyFunction.onHost), which "
                            + kernel.getClass().getSimpleName() + " needs, found "
                            + kernel.energy().getClass().getSimpleName());
        }
        boolean loops = ofNeed
                || host.isPresent()
                        && (chains <= FEW_CHAINS || host.get().energy().isSmall());
        return loops
                ? new LoopChains(manager, kernel, stepSize, targetAcceptance)
                : new DeviceChains(manager, kernel, stepSize, targetAcceptance);
    }

    /**
     * Starts the chains, or starts them again: with the target's present parameters, and the step size of before.
     *
     * @param positions {@code [chains, d]}; left as they are
     * @param random the source of randomness until the next start
     * @throws IllegalArgumentException if the positions are not of the target's dimension
     */
    void start(NDArray positions, RandomSource random);

    /**
     * Moves the chains elsewhere without a step. All else goes on as it was.
     *
     * @param positions {@code [chains, d]}; left as they are
     */
    void place(NDArray positions);

    /**
     * Goes on after steps that other chains made, for kernels that do different things in turn.
     *
     * @param steps the number of steps
     */
    void resumeAfter(long steps);

    /**
     * Moves every chain: many steps at a time where nothing is to be seen or adapted in between, which lets each core go on with its
     * chains without waiting for the others.
     *
     * @param steps the number of steps; positive
     */
    void advance(int steps);

    /**
     * Runs the chains: burn-in, during which the step size adapts after each step, then steps with the step size frozen, as the theory
     * of Markov chains asks for.
     *
     * @param burnIn the number of steps of burn-in; at least 0
     * @param steps the number of steps after burn-in; at least 0
     * @param nextStop maps a number of steps done to a greater one, after which the observer must see the chains
     * @param observer called after each step of burn-in, at each stop and in between, with the number of steps done
     * @throws CancellationException if the thread is interrupted
     */
    default void run(int burnIn, int steps, IntUnaryOperator nextStop, IntConsumer observer) {
        run(burnIn, step -> adapt(StepSizeAdaptation.gain(step)), steps, nextStop, observer);
    }

    /**
     * Runs the chains as {@link #run(int, int, IntUnaryOperator, IntConsumer)} does, with another adaptation in burn-in.
     *
     * @param burnIn the number of steps of burn-in; at least 0
     * @param adaptation called after each step of burn-in, before the observer, with the number of steps done
     * @param steps the number of steps after burn-in; at least 0
     * @param nextStop maps a number of steps done to a greater one, after which the observer must see the chains
     * @param observer called after each step of burn-in, at each stop and in between, with the number of steps done
     * @throws CancellationException if the thread is interrupted
     */
    default void run(int burnIn, IntConsumer adaptation, int steps, IntUnaryOperator nextStop, IntConsumer observer) {
        int total = burnIn + steps;
        burnIn(burnIn, total, adaptation, observer);
        for (int done = burnIn; done < total; ) {
            Cancellation.checkSteps(done, total);
            int last = Math.min(Math.min(nextStop.applyAsInt(done), done + STEPS_AT_A_TIME), total);
            advance(last - done);
            done = last;
            observer.accept(done);
        }
    }

    /**
     * Runs the steps of burn-in, and ends it.
     *
     * @param steps the number of steps of burn-in; at least 0
     * @param total the number of all steps, for the message of the exception
     * @param adaptation called after each step, before the observer, with the number of steps done
     * @param observer called after each step, with the number of steps done
     * @throws CancellationException if the thread is interrupted
     */
    default void burnIn(int steps, int total, IntConsumer adaptation, IntConsumer observer) {
        for (int done = 1; done <= steps; done++) {
            Cancellation.checkSteps(done - 1, total);
            advance(1);
            adaptation.accept(done);
            observer.accept(done);
        }
        endBurnIn();
    }

    /**
     * Runs the chains: burn-in, then steps with the step size frozen, one in so many of which leaves a draw.
     *
     * @param config the numbers of steps
     * @param adaptation called after each step of burn-in, with the number of steps done
     * @param progress called after each step of burn-in and every few steps from then on, with the number of steps done
     * @return the positions, {@code [draws, chains, d]}, and the energies in nats, {@code [draws, chains]}; owned by the caller
     * @throws CancellationException if the thread is interrupted
     */
    default NDList draw(SamplerConfig config, IntConsumer adaptation, IntConsumer progress) {
        int burnIn = config.burnIn();
        int thinning = config.thinning();
        NDList positions = new NDList(config.draws());
        NDList energies = new NDList(config.draws());
        run(burnIn, adaptation, config.steps(), done -> done + thinning - (done - burnIn) % thinning, done -> {
            if (done > burnIn && (done - burnIn) % thinning == 0) {
                positions.add(positions());
                energies.add(energies());
            }
            progress.accept(done);
        });
        return new NDList(NDArrays.stack(positions), NDArrays.stack(energies));
    }

    /**
     * Adapts the step size to the acceptance of the last step, log ε ← log ε + γ (ā − a*); does nothing after a jump, or where
     * the kernel accepts always.
     *
     * @param gain γ
     */
    void adapt(double gain);

    /**
     * Sets the step size.
     *
     * @param stepSize ε; positive
     */
    void setStepSize(double stepSize);

    /**
     * Sets the metric of further moves, which is the unit one before. Positions and energies stay those of the target. The acceptances start
     * anew.
     *
     * @param metric the metric, of the target's dimension
     * @throws IllegalArgumentException if the kernel has no {@linkplain TransitionKernel#withEnergy form} in other coordinates
     */
    void setMetric(Metric metric);

    /** Ends burn-in. The step size becomes the average over its adaptation, and the acceptances start anew. */
    void endBurnIn();

    /**
     * Returns the positions of the chains.
     *
     * @return the positions, {@code [chains, d]}; owned by the caller, attached to the manager that the chains were made with
     */
    NDArray positions();

    /**
     * Returns the energies of the chains.
     *
     * @return the energies in nats, {@code [chains]}; owned by the caller
     */
    NDArray energies();

    /**
     * Returns each chain's mean acceptance probability since the start or the end of burn-in, without jumps; 0 before the first step.
     *
     * @return the means, {@code [chains]}; owned by the caller
     */
    NDArray acceptanceRate();

    /**
     * Returns the mean over the chains of the acceptance probabilities of the last step, read from the device.
     *
     * @return the mean; NaN before the first step, after a jump, or where the kernel accepts always
     */
    double lastAcceptance();

    /**
     * Returns the acceptance probabilities of the last step, read from the device.
     *
     * @return the probabilities, {@code [chains]}; empty before the first step, after a jump, or where the kernel accepts always
     */
    float[] lastAcceptances();

    /**
     * Returns the number of steps in the mean of {@link #acceptanceRate}.
     *
     * @return the number of steps since the start or the end of burn-in, without jumps
     */
    int steps();

    /**
     * Returns the number of evaluations of the gradient that a chain has cost since the start or the end of burn-in.
     *
     * @return the mean over the chains, without the evaluation at the start
     */
    double evaluations();

    /**
     * Returns the number of divergences since the start or the end of burn-in: steps, without jumps, whose proposal has an energy that is
     * not finite, or so much higher than that of the start, by 103 nats, that its acceptance probability is 0 in single precision. Many
     * of them are a sign of places that the step size is too large for, and that the chains hence miss (Betancourt 2017, "A conceptual
     * introduction to Hamiltonian Monte Carlo", section 6.2).
     *
     * @return the number of steps of all chains together
     */
    long divergences();

    /**
     * Returns the mean acceptance probability of jumps since the start or the end of burn-in.
     *
     * @return the mean, in [0, 1]; NaN without a jump
     */
    double jumpAcceptanceRate();

    /**
     * Returns the step size.
     *
     * @return ε
     */
    double stepSize();

    @Override
    void close();
}
