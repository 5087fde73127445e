package io.github.mnistebm.cli.option;

import io.github.mnistebm.model.ChainStart;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.DigitSampler;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.sampling.SamplingAlgorithm;
import io.github.mnistebm.sampling.StepSizeAdaptation;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of the chains, the same for every command that draws. */
public final class SamplingOptions {

    private static final int STEPS_FROM_REFERENCE = 1000;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = {
                "Steps of each chain from a draw of the reference measure, the first half of them burn-in.",
                "By default, mala and hmc start at the model's distribution, by resampling, and take at most 200 steps; ula takes 1000."
            })
    private Integer steps;

    @Option(
            names = "--chains",
            paramLabel = "N",
            description = "How many chains run at once; memory grows with it. Default: one an image, at most 1000.")
    private Integer chains;

    @Mixin
    private SeedOption seed;

    @Option(
            names = "--sampler",
            paramLabel = "mala|hmc|ula",
            defaultValue = "mala",
            description =
                    "Metropolis-adjusted Langevin algorithm, Hamiltonian Monte Carlo, or unadjusted Langevin algorithm."
                            + " Default: ${DEFAULT-VALUE}.")
    private SamplingAlgorithm sampler;

    @Option(
            names = "--step-size",
            paramLabel = "X",
            description =
                    "First step size; mala and hmc adapt it during burn-in. Default: that at the end of the model's training.")
    private Double stepSize;

    /** Checks the options before a model is loaded. Fails, naming the option that is wrong. */
    public void check(CommandSpec spec) {
        config(spec, SamplerConfig.builder().build().stepSize());
    }

    /**
     * Returns the sampler that the options ask for.
     *
     * @param images the number of images to draw
     */
    public DigitSampler sampler(CommandSpec spec, DigitModel model, long images) {
        return sampler(spec, model, images, 1);
    }

    /**
     * Returns the sampler that the options ask for, at a temperature.
     *
     * @param images the number of images to draw
     * @param temperature T; positive and finite
     */
    public DigitSampler sampler(CommandSpec spec, DigitModel model, long images, double temperature) {
        int atOnce = chains == null ? (int) Math.min(images, DigitSampler.DEFAULT_CHAINS) : chains;
        // A distribution of T times the variance takes T times the step size.
        double modelStepSize =
                Math.min(StepSizeAdaptation.MAX_STEP_SIZE, sampler.stepSize(model.stepSize() * temperature));
        return new DigitSampler(model, sampler, start(), config(spec, modelStepSize), atOnce, temperature);
    }

    public boolean isByMala() {
        return sampler == SamplingAlgorithm.MALA;
    }

    private ChainStart start() {
        return steps == null && sampler != SamplingAlgorithm.ULA ? ChainStart.TARGET : ChainStart.REFERENCE;
    }

    private SamplerConfig config(CommandSpec spec, double modelStepSize) {
        int all = steps != null
                ? steps
                : start() == ChainStart.TARGET ? DigitSampler.STEPS_FROM_TARGET : STEPS_FROM_REFERENCE;
        try {
            return SamplerConfig.builder()
                    .burnIn(all / 2)
                    .steps(all - all / 2)
                    .stepSize(stepSize == null ? modelStepSize : stepSize)
                    .targetAcceptance(sampler.targetAcceptance())
                    .build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    public int seed() {
        return seed.value();
    }
}
