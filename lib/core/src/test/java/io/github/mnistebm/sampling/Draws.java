package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.RandomSource;
import java.util.function.ToDoubleBiFunction;

/**
 * The last states of many chains on the plane: independent draws, so that the error of a mean over them is the standard
 * deviation divided by √n.
 */
record Draws(float[] coordinates, double acceptance) {

    /** The number of standard errors by which a mean may be off: a right sampler fails one such test in 150,000. */
    private static final double STANDARD_ERRORS = 4.5;

    private static final int CHAINS = 20_000;

    static Draws from(TransitionKernel kernel, double stepSize, int steps, int seed) {
        return from(kernel, stepSize, steps, seed, 0);
    }

    /** From a standard normal distribution around a point of the first axis. */
    static Draws from(TransitionKernel kernel, double stepSize, int steps, int seed, double centre) {
        RandomSource random = RandomSource.of(seed);
        SamplerConfig config = SamplerConfig.builder()
                .burnIn(0)
                .steps(steps)
                .stepSize(stepSize)
                .build();
        try (NDManager manager = NDManager.newBaseManager();
                NDArray start = random.normal(manager, new Shape(CHAINS, 2))
                        .addi(manager.create(new float[] {(float) centre, 0}));
                SampleRun run = Sampler.of(kernel, config).run(start, random)) {
            return new Draws(run.last().toFloatArray(), run.meanAcceptanceRate());
        }
    }

    void assertExpectation(ToDoubleBiFunction<Double, Double> of, double expected) {
        assertThat(errorsFrom(of, expected))
                .as("distance of the mean from %s in standard errors", expected)
                .isLessThan(STANDARD_ERRORS);
    }

    void assertOtherExpectation(ToDoubleBiFunction<Double, Double> of, double expected) {
        assertThat(errorsFrom(of, expected))
                .as("distance of the mean from %s in standard errors", expected)
                .isFinite()
                .isGreaterThan(STANDARD_ERRORS);
    }

    private double errorsFrom(ToDoubleBiFunction<Double, Double> of, double expected) {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < CHAINS; i++) {
            double value = of.applyAsDouble((double) coordinates[2 * i], (double) coordinates[2 * i + 1]);
            sum += value;
            squares += value * value;
        }
        double mean = sum / CHAINS;
        double deviation = Math.sqrt(squares / CHAINS - mean * mean);
        return Math.abs(mean - expected) / (deviation / Math.sqrt(CHAINS));
    }
}
