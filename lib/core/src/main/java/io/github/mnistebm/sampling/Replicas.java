package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The replicas of a batch of chains, one for each temperature, and their swaps. */
final class Replicas implements AutoCloseable {

    /** The end of the temperatures that a replica was at last. */
    private static final double COLD = 1;

    private static final double HOT = 2;

    private final NDManager manager;
    private final List<Chains> levels = new ArrayList<>();
    private final double[] temperatures;
    private final RandomSource random;
    /** The end that each replica was at last, or 0, {@code [chains]} a level. */
    private final NDArray[] lastEnds;

    private final NDArray trips;
    private final NDArray[] swapSums;
    private final int[] swaps;
    private int rounds;

    Replicas(
            NDManager parent,
            List<TransitionKernel> kernels,
            double[] temperatures,
            SamplerConfig config,
            NDArray initial,
            RandomSource random) {
        this.manager = parent;
        this.temperatures = temperatures;
        this.random = random;
        long count = initial.getShape().get(0);
        for (TransitionKernel kernel : kernels) {
            Chains chains = Chains.of(manager, kernel, count, config.stepSize(), config.targetAcceptance());
            levels.add(chains);
            chains.start(initial, random.split());
        }
        this.trips = zeros(count);
        this.lastEnds = new NDArray[temperatures.length];
        Arrays.setAll(lastEnds, k -> zeros(count));
        this.swapSums = new NDArray[temperatures.length - 1];
        Arrays.setAll(swapSums, k -> zeros(count));
        this.swaps = new int[temperatures.length - 1];
        mark();
    }

    private NDArray zeros(long count) {
        return Scope.owned(manager, manager.zeros(new Shape(count)));
    }

    List<Chains> levels() {
        return levels;
    }

    /** Ends burn-in at each temperature, and forgets the swaps and round trips. */
    void endBurnIn() {
        levels.forEach(Chains::endBurnIn);
        Tensors.clear(trips);
        for (NDArray sum : swapSums) {
            Tensors.clear(sum);
        }
        Arrays.fill(swaps, 0);
    }

    /** Swaps the neighbours whose turn it is. */
    void swap() {
        for (int k = rounds % 2; k + 1 < levels.size(); k += 2) {
            int cold = k;
            Scope.run(() -> swap(cold));
            swaps[k]++;
        }
        rounds++;
        mark();
    }

    private void swap(int k) {
        Chains cold = levels.get(k);
        Chains hot = levels.get(k + 1);
        NDArray probability =
                Metropolis.probability(logRatio(cold.energies(), hot.energies(), temperatures[k], temperatures[k + 1]));
        swapSums[k].addi(probability);
        NDArray swapped = random.uniform(manager, 0, 1, probability.getShape()).lt(probability);
        NDArray ofCold = cold.positions();
        NDArray ofHot = hot.positions();
        NDArray rows = swapped.expandDims(1).broadcast(ofCold.getShape());
        cold.place(NDArrays.where(rows, ofHot, ofCold));
        hot.place(NDArrays.where(rows, ofCold, ofHot));
        NDArray endOfCold = lastEnds[k].duplicate();
        Tensors.copy(NDArrays.where(swapped, lastEnds[k + 1], lastEnds[k]), lastEnds[k]);
        Tensors.copy(NDArrays.where(swapped, endOfCold, lastEnds[k + 1]), lastEnds[k + 1]);
    }

    /**
     * Computes log α = (1/T − 1/T′) (E − E′) from tempered energies.
     *
     * @param cold E/T, {@code [chains]}
     * @param hot E′/T′, {@code [chains]}
     * @param coldTemperature T
     * @param hotTemperature T′
     */
    static NDArray logRatio(NDArray cold, NDArray hot, double coldTemperature, double hotTemperature) {
        NDManager manager = cold.getManager();
        double difference = 1 / coldTemperature - 1 / hotTemperature;
        return cold.mul(Tensors.scalar(manager, difference * coldTemperature))
                .sub(hot.mul(Tensors.scalar(manager, difference * hotTemperature)));
    }

    /** Notes which replicas are at an end, and counts those that came back to the cold one. */
    private void mark() {
        Scope.run(() -> {
            NDArray coldest = lastEnds[0];
            NDArray hottest = lastEnds[lastEnds.length - 1];
            NDArray hot = Tensors.scalar(manager, HOT);
            trips.addi(coldest.eq(hot));
            NDArray cold = coldest.zerosLike().addi(Tensors.scalar(manager, COLD));
            Tensors.copy(cold, coldest);
            Tensors.copy(NDArrays.where(hottest.eq(cold), hottest.zerosLike().addi(hot), hottest), hottest);
        });
    }

    /** The mean acceptance probabilities of the swaps between neighbours since burn-in; NaN without a swap. */
    double[] swapRates() {
        double[] rates = new double[swapSums.length];
        Arrays.setAll(rates, k -> {
            try (NDArray mean = swapSums[k].mean()) {
                return mean.getFloat() / (double) swaps[k];
            }
        });
        return rates;
    }

    long roundTrips() {
        double sum = 0;
        for (float ofChain : trips.toFloatArray()) {
            sum += ofChain;
        }
        return (long) sum;
    }

    @Override
    public void close() {
        levels.forEach(Chains::close);
    }
}
