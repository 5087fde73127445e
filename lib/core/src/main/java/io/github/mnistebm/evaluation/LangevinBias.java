package io.github.mnistebm.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.sampling.Sampler;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.sampling.SamplingAlgorithm;
import io.github.mnistebm.tensor.RandomSource;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/**
 * The bias of Langevin dynamics on a standard normal distribution, where it is known: with the Metropolis correction the variance
 * is 1 at any step size ε, without it 1 / (1 − ε/2) (Roberts &amp; Tweedie 1996, section 1.3); at temperature T the variance is T.
 */
public final class LangevinBias {

    private static final int CHAINS = 20_000;
    private static final int DIMENSION = 2;
    private static final int STEPS = 100;

    private LangevinBias() {}

    /**
     * Samples with several step sizes. The Monte Carlo error of each variance is 0.007 times
     * the variance.
     *
     * @param manager parent of the arrays of the computation
     * @param random the source of randomness
     * @param stepSizes ε, in (0, 2)
     * @return a row a step size: ε, variance of the draws of either algorithm, and the exact variance of the unadjusted one
     */
    public static Table ofStepSizes(NDManager manager, RandomSource random, double... stepSizes) {
        DoubleColumn sizes = DoubleColumn.create("step size");
        DoubleColumn adjusted = DoubleColumn.create("MALA");
        DoubleColumn unadjusted = DoubleColumn.create("ULA");
        DoubleColumn expected = DoubleColumn.create("ULA, expected");
        for (double stepSize : stepSizes) {
            sizes.append(stepSize);
            adjusted.append(variance(manager, random, SamplingAlgorithm.MALA, stepSize, 1));
            unadjusted.append(variance(manager, random, SamplingAlgorithm.ULA, stepSize, 1));
            expected.append(1 / (1 - stepSize / 2));
        }
        return Table.create("variance of a standard normal distribution", sizes, adjusted, unadjusted, expected);
    }

    /**
     * Samples at several temperatures by the Metropolis-adjusted algorithm.
     *
     * @param manager parent of the arrays of the computation
     * @param random the source of randomness
     * @param temperatures T, positive
     * @return a row a temperature: T, which the variance must be, and the variance of the draws
     */
    public static Table ofTemperatures(NDManager manager, RandomSource random, double... temperatures) {
        DoubleColumn expected = DoubleColumn.create("temperature");
        DoubleColumn found = DoubleColumn.create("variance");
        for (double temperature : temperatures) {
            expected.append(temperature);
            found.append(variance(manager, random, SamplingAlgorithm.MALA, temperature / 2, temperature));
        }
        return Table.create("variance at a temperature", expected, found);
    }

    private static double variance(
            NDManager manager, RandomSource random, SamplingAlgorithm algorithm, double stepSize, double temperature) {
        StandardNormal normal = new StandardNormal(DIMENSION);
        EnergyFunction target = normal.atTemperature(temperature);
        // No burn-in, so that the step size stays; the chains start at the target, or as near as is known.
        SamplerConfig config = SamplerConfig.builder()
                .burnIn(0)
                .steps(STEPS)
                .stepSize(stepSize)
                .build();
        try (NDArray start = normal.sample(manager, CHAINS, random);
                SampleRun run = Sampler.of(algorithm.kernel(target), config).run(start, random);
                NDArray last = run.last();
                NDArray squares = last.square();
                NDArray mean = squares.mean()) {
            return mean.getFloat();
        }
    }
}
