package io.github.mnistebm.cli.option;

import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitSampler;
import io.github.mnistebm.sampling.LangevinAlgorithm;
import io.github.mnistebm.sampling.SamplerConfig;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of the chains, the same for every command that draws. */
public final class SamplingOptions {

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Steps of each chain, the first half of them burn-in. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(
            names = "--chains",
            paramLabel = "N",
            description = "How many chains run at once; memory grows with it. Default: one an image, at most 1000.")
    private Integer chains;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the random numbers. Default: ${DEFAULT-VALUE}.")
    private int seed;

    @Option(
            names = "--sampler",
            paramLabel = "mala|ula",
            defaultValue = "mala",
            description = "Langevin algorithm with or without Metropolis correction. Default: ${DEFAULT-VALUE}.")
    private LangevinAlgorithm sampler;

    @Option(
            names = {"--step-size", "--step_size"},
            paramLabel = "X",
            description =
                    "First step size; mala adapts it during burn-in. Default: that at the end of the model's training.")
    private Double stepSize;

    /** Checks the options before a model is loaded. Fails, naming the option that is wrong. */
    public void check(CommandSpec spec) {
        config(spec, SamplerConfig.builder().build().stepSize());
    }

    public SamplerConfig config(CommandSpec spec, DigitModel model) {
        return config(spec, model.stepSize());
    }

    private SamplerConfig config(CommandSpec spec, double modelStepSize) {
        try {
            return SamplerConfig.builder()
                    .burnIn(steps / 2)
                    .steps(steps - steps / 2)
                    .stepSize(stepSize == null ? modelStepSize : stepSize)
                    .build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    public int chains(long images) {
        return chains == null ? (int) Math.min(images, DigitSampler.DEFAULT_CHAINS) : chains;
    }

    public int seed() {
        return seed;
    }

    public LangevinAlgorithm algorithm() {
        return sampler;
    }
}
