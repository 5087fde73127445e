package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.github.mnistebm.tensor.RandomSource;
import java.util.concurrent.CancellationException;
import java.util.function.IntConsumer;

/**
 * Runs a batch of chains: burn-in with step size adaptation, then draws with the step size frozen, as the theory of
 * Markov chains asks for. States, draws, energies and acceptances stay on the device; nothing is read back to the host
 * before the run is over.
 */
public final class LangevinSampler {

    /** Few enough to stop soon when interrupted; of small energies, enough for threads to be worth their wait for each other. */
    private static final int STEPS_AT_A_TIME = 16;

    private final TransitionKernel kernel;
    private final SamplerConfig config;

    private LangevinSampler(TransitionKernel kernel, SamplerConfig config) {
        this.kernel = kernel;
        this.config = config;
    }

    /**
     * Makes a sampler.
     *
     * @param kernel the step
     * @param config the number of steps and their size
     * @return the sampler; it holds no native memory
     */
    public static LangevinSampler of(TransitionKernel kernel, SamplerConfig config) {
        return new LangevinSampler(kernel, config);
    }

    /**
     * Runs chains.
     *
     * @param initial the first positions, {@code [chains, d]}; left as it is
     * @param random the source of randomness
     * @return the draws
     * @throws IllegalArgumentException if {@code initial} has another dimension than the target
     * @throws CancellationException if the thread is interrupted
     */
    public SampleRun run(NDArray initial, RandomSource random) {
        return run(initial, random, step -> {});
    }

    /**
     * Runs chains, telling how far they are.
     *
     * @param initial the first positions, {@code [chains, d]}; left as it is
     * @param random the source of randomness
     * @param progress called after each step of burn-in and every few steps from then on, with the number of steps done
     * @return the draws
     * @throws IllegalArgumentException if {@code initial} has another dimension than the target
     * @throws CancellationException if the thread is interrupted
     */
    public SampleRun run(NDArray initial, RandomSource random, IntConsumer progress) {
        NDManager manager = initial.getManager().newSubManager();
        try (NDScope scope = new NDScope();
                NDManager work = manager.newSubManager();
                Chains chains = Chains.of(
                        work, kernel, initial.getShape().get(0), config.stepSize(), config.targetAcceptance())) {
            scope.suppressNotUsedWarning();
            chains.start(initial, random);
            NDList positions = new NDList(config.draws());
            NDList energies = new NDList(config.draws());
            for (int step = 1; step <= config.burnIn(); step++) {
                advance(chains, 1, step - 1);
                chains.adapt(StepSizeAdaptation.gain(step));
                progress.accept(step);
            }
            chains.endBurnIn();
            for (int step = 0; step < config.steps(); ) {
                int toNextDraw = config.thinning() - step % config.thinning();
                int count = Math.min(Math.min(toNextDraw, config.steps() - step), STEPS_AT_A_TIME);
                advance(chains, count, config.burnIn() + step);
                step += count;
                if (step % config.thinning() == 0) {
                    positions.add(chains.positions());
                    energies.add(chains.energies());
                }
                progress.accept(config.burnIn() + step);
            }
            NDArray draws = NDArrays.stack(positions);
            NDArray drawEnergies = NDArrays.stack(energies);
            NDArray acceptance = chains.acceptanceRate();
            for (NDArray result : new NDArray[] {draws, drawEnergies, acceptance}) {
                NDScope.unregister(result);
                result.attach(manager);
            }
            return new SampleRun(
                    manager, draws, drawEnergies, acceptance, chains.jumpAcceptanceRate(), chains.stepSize());
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    private void advance(Chains chains, int count, int done) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException(
                    "sampling was interrupted after " + done + " of " + (config.burnIn() + config.steps()) + " steps");
        }
        chains.advance(count);
    }
}
