package io.github.mnistebm.evaluation;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.sampling.Sampler;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.sampling.TransitionKernel;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * The quality of samples as chains go on. An energy that was trained well holds its samples however long the chains are; one that was
 * trained with chains that never left the data need not.
 */
public final class LongRun {

    /** The column of the number of steps, of integers. */
    public static final String CHAIN_STEPS = "chain steps";

    private LongRun() {}

    /**
     * Runs chains and measures them on the way. The step size adapts until the first
     * measurement, and is frozen then.
     *
     * @param evaluation measures the images
     * @param model decodes the states
     * @param kernel the chains' steps
     * @param start the first positions, {@code [chains, d]}; left as it is
     * @param random the source of randomness
     * @param steps the numbers of steps after which to measure, ascending, from 1
     * @return a row a measurement: {@value #CHAIN_STEPS}, {@value SampleQuality#FRECHET_DISTANCE}, {@value
     *     SampleQuality#PRECISION}, {@value SampleQuality#RECALL}, share read with confidence
     * @throws IllegalArgumentException if the steps do not ascend
     */
    public static Table of(
            ModelEvaluation evaluation,
            DigitModel model,
            TransitionKernel kernel,
            NDArray start,
            RandomSource random,
            int... steps) {
        IntColumn chainSteps = IntColumn.create(CHAIN_STEPS);
        DoubleColumn distances = DoubleColumn.create(SampleQuality.FRECHET_DISTANCE);
        DoubleColumn precisions = DoubleColumn.create(SampleQuality.PRECISION);
        DoubleColumn recalls = DoubleColumn.create(SampleQuality.RECALL);
        DoubleColumn confident = DoubleColumn.create("read with confidence");
        SamplerConfig.Builder config = SamplerConfig.builder();
        NDArray positions = Scope.owned(start.getManager(), start.duplicate());
        try {
            int done = 0;
            int last = steps[steps.length - 1];
            for (int until : steps) {
                if (until <= done + 1) {
                    throw new IllegalArgumentException(
                            "steps: expected ascending numbers, at least 2 apart, found " + until + " after " + done);
                }
                int burnIn = done == 0 ? until - 1 : 0;
                double before = done;
                config.burnIn(burnIn).steps(until - done - burnIn);
                try (SampleRun run = Sampler.of(kernel, config.build()).run(positions, random, step -> evaluation
                        .listener()
                        .partDone("long chains", (before + step) / last))) {
                    SampleQuality quality = Scope.compute(() -> evaluation.quality(model.decodeBinary(run.last())));
                    chainSteps.append(until);
                    distances.append(quality.frechetDistance());
                    precisions.append(quality.neighbours().precision());
                    recalls.append(quality.neighbours().recall());
                    confident.append(quality.confidentShare());
                    positions.close();
                    positions = Scope.owned(start.getManager(), run.last().duplicate());
                    config.stepSize(run.stepSize());
                }
                done = until;
            }
        } finally {
            positions.close();
        }
        return Table.create("quality of long chains", chainSteps, distances, precisions, recalls, confident);
    }
}
