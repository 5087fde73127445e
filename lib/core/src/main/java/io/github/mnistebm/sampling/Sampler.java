package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.util.concurrent.CancellationException;
import java.util.function.IntConsumer;

/**
 * Runs a batch of chains by any kernel: burn-in, which adapts the step size and, if asked to, a {@linkplain Metric metric} that all
 * chains share; then draws with both frozen, as the theory of Markov chains asks for. States, draws, energies and acceptances stay on the
 * device. Without an adaptation other than {@link Adaptation#STEP_SIZE}, nothing is read back to the host before the run is over.
 */
public final class Sampler {

    private final TransitionKernel kernel;
    private final SamplerConfig config;

    private Sampler(TransitionKernel kernel, SamplerConfig config) {
        this.kernel = kernel;
        this.config = config;
    }

    /**
     * Creates a sampler.
     *
     * @param kernel the step
     * @param config the number of steps and their size
     * @return the sampler; it holds no native memory
     */
    public static Sampler of(TransitionKernel kernel, SamplerConfig config) {
        return new Sampler(kernel, config);
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
     * Runs chains, and reports their progress.
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
        try (NDManager work = manager.newSubManager();
                Chains chains = Chains.of(
                        work, kernel, initial.getShape().get(0), config.stepSize(), config.targetAcceptance())) {
            SampleRun run = Scope.computeOwned(() -> run(manager, chains, initial, random, progress));
            run.arrays().forEach(array -> array.attach(manager));
            return run;
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    private SampleRun run(
            NDManager manager, Chains chains, NDArray initial, RandomSource random, IntConsumer progress) {
        chains.start(initial, random);
        IntConsumer adaptation = config.adaptationOf(chains, kernel.energy().dimension());
        NDList draws = chains.draw(config, adaptation, progress);
        return new SampleRun(
                manager, draws.get(0), draws.get(1), chains, kernel.rejects() ? config.targetAcceptance() : 1);
    }
}
