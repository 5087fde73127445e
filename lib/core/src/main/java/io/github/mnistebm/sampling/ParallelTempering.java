package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * Parallel tempering, also called replica exchange (Swendsen &amp; Wang 1986; Geyer 1991, "Markov chain Monte Carlo maximum likelihood"):
 * each chain has a replica at each of several temperatures 1 = T₁ &lt; … &lt; Tₗ. A replica moves by a kernel for E/Tₖ, with a step size,
 * and a metric if asked for, of its temperature. Every few steps neighbours are swapped with probability min(1, α),
 *
 * <pre>log α = (1/Tₖ − 1/Tₖ₊₁) (E(uₖ) − E(uₖ₊₁))</pre>
 *
 * <p>so that the modes between which hot replicas cross reach the cold one, with the weights of the target. Rounds of swaps take the pairs
 * that begin at an odd and at an even place in turn, by which replicas travel further than at random (Okabe, Kawata, Okamoto &amp; Mikami
 * 2001; Syed, Bouchard-Côté, Deligiannidis &amp; Doucet 2022, "Non-reversible parallel tempering"). Replicas move by loops or tensor
 * operations as {@link Chains} chooses; the swaps are tensor operations.
 */
public final class ParallelTempering {

    private final List<TransitionKernel> kernels;
    private final double[] temperatures;
    private final int interval;
    private final SamplerConfig config;

    private ParallelTempering(
            List<TransitionKernel> kernels, double[] temperatures, int interval, SamplerConfig config) {
        this.kernels = kernels;
        this.temperatures = temperatures;
        this.interval = interval;
        this.config = config;
    }

    /**
     * Creates a sampler.
     *
     * @param energy the target E
     * @param kernel creates the kernel of a tempered target
     * @param temperatures T₁, …, Tₗ; at least two, from 1 upwards
     * @param interval the number of steps between rounds of swaps; at least 1
     * @param config the number of steps and what burn-in adapts
     * @return the sampler; it holds no native memory
     * @throws IllegalArgumentException if a value is out of range
     */
    public static ParallelTempering of(
            EnergyFunction energy,
            Function<EnergyFunction, TransitionKernel> kernel,
            double[] temperatures,
            int interval,
            SamplerConfig config) {
        boolean rises = temperatures.length >= 2 && temperatures[0] == 1;
        for (int k = 1; k < temperatures.length; k++) {
            rises &= temperatures[k] > temperatures[k - 1] && temperatures[k] < Double.POSITIVE_INFINITY;
        }
        if (!rises) {
            throw new IllegalArgumentException(
                    "temperatures: expected at least two, rising from 1, found " + Arrays.toString(temperatures));
        }
        if (interval < 1) {
            throw new IllegalArgumentException("swap interval: must be at least 1, found " + interval);
        }
        List<TransitionKernel> kernels = Arrays.stream(temperatures)
                .mapToObj(temperature -> kernel.apply(energy.atTemperature(temperature)))
                .toList();
        return new ParallelTempering(kernels, temperatures.clone(), interval, config);
    }

    /**
     * Returns temperatures each of which is the same multiple of the one before, which makes swaps of normal distributions alike at all
     * places.
     *
     * @param levels the number of temperatures; at least 2
     * @param hottest the last one; greater than 1
     * @return the temperatures, from 1
     * @throws IllegalArgumentException if a value is out of range
     */
    public static double[] geometric(int levels, double hottest) {
        if (levels < 2 || !(hottest > 1) || Double.isInfinite(hottest)) {
            throw new IllegalArgumentException(
                    "temperatures: expected at least 2 up to a finite one greater than 1, found " + levels + " up to "
                            + hottest);
        }
        double[] temperatures = new double[levels];
        Arrays.setAll(temperatures, k -> Math.pow(hottest, k / (levels - 1.0)));
        return temperatures;
    }

    /**
     * The draws at temperature 1, and how the replicas travelled.
     *
     * @param draws the draws at temperature 1; its evaluations are those of one temperature
     * @param swapRates the mean acceptance probabilities of the swaps between neighbours after burn-in, {@code [temperatures − 1]}
     * @param roundTrips the number of times after burn-in that a replica came back to temperature 1 from the hottest, where it had gone from
     *     temperature 1; of all chains together
     */
    public record TemperedRun(SampleRun draws, double[] swapRates, long roundTrips) implements AutoCloseable {
        @Override
        public void close() {
            draws.close();
        }
    }

    /**
     * Runs chains.
     *
     * @param initial the first positions of the replicas at every temperature, {@code [chains, d]}; left as it is
     * @param random the source of randomness
     * @return the draws; the caller closes them
     * @throws IllegalArgumentException if {@code initial} has another dimension than the target
     * @throws CancellationException if the thread is interrupted
     */
    public TemperedRun run(NDArray initial, RandomSource random) {
        NDManager manager = initial.getManager().newSubManager();
        try (NDManager work = manager.newSubManager()) {
            Replicas replicas = new Replicas(work, kernels, temperatures, config, initial, random);
            try (replicas) {
                SampleRun draws = Scope.computeOwned(() -> run(manager, replicas));
                draws.arrays().forEach(array -> array.attach(manager));
                return new TemperedRun(draws, replicas.swapRates(), replicas.roundTrips());
            }
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    private SampleRun run(NDManager manager, Replicas replicas) {
        int burnIn = config.burnIn();
        int total = burnIn + config.steps();
        NDList positions = new NDList(config.draws());
        NDList energies = new NDList(config.draws());
        List<IntConsumer> adaptations = new ArrayList<>();
        replicas.levels()
                .forEach(chains -> adaptations.add(
                        config.adaptationOf(chains, kernels.get(0).energy().dimension())));
        if (burnIn == 0) {
            replicas.endBurnIn();
        }
        Chains coldest = replicas.levels().get(0);
        for (int step = 1; step <= total; step++) {
            Cancellation.checkSteps(step - 1, total);
            for (int k = 0; k < temperatures.length; k++) {
                replicas.levels().get(k).advance(1);
                if (step <= burnIn) {
                    adaptations.get(k).accept(step);
                }
            }
            if (step % interval == 0) {
                replicas.swap();
            }
            if (step == burnIn) {
                replicas.endBurnIn();
            }
            if (step > burnIn && (step - burnIn) % config.thinning() == 0) {
                positions.add(coldest.positions());
                energies.add(coldest.energies());
            }
        }
        return new SampleRun(
                manager,
                NDArrays.stack(positions),
                NDArrays.stack(energies),
                coldest,
                kernels.get(0).rejects() ? config.targetAcceptance() : 1);
    }
}
