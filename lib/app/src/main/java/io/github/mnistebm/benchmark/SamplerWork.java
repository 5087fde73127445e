package io.github.mnistebm.benchmark;

import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.io.Json;
import io.github.mnistebm.sampling.Adaptation;
import io.github.mnistebm.sampling.HamiltonianMonteCarlo;
import io.github.mnistebm.sampling.MetropolisAdjustedLangevin;
import io.github.mnistebm.sampling.NoUTurn;
import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.sampling.TransitionKernel;
import java.util.List;

/**
 * A run of one sampler on one target, the same for this library and for {@code environment/bench/samplers.py}, which takes it in JSON.
 *
 * @param target the name of the target
 * @param sampler {@code mala}, {@code hmc}, {@code hmc, fixed paths} or {@code nuts}; paths of fixed length are the peer's alone
 * @param chains the number of chains
 * @param warmUp steps of each chain before the first draw
 * @param draws draws of each chain
 * @param thinning steps for each draw
 * @param leapfrogSteps the mean number of leapfrog steps of a path of {@code hmc}
 * @param model the folder of the trained model
 */
record SamplerWork(
        String target,
        String sampler,
        int chains,
        int warmUp,
        int draws,
        int thinning,
        int leapfrogSteps,
        String model) {

    static final List<String> SAMPLERS = List.of("mala", "hmc", "hmc, fixed paths", "nuts");

    /** A step of MALA costs one gradient, and moves less far than the paths of the others. */
    private static final int MALA_THINNING = 10;

    private static final int LEAPFROG_STEPS = 8;

    static SamplerWork of(SamplerTarget target, String sampler, int chains, int draws, String model) {
        int thinning = sampler.equals("mala") ? MALA_THINNING : 1;
        return new SamplerWork(target.toString(), sampler, chains, 1000, draws, thinning, LEAPFROG_STEPS, model);
    }

    TransitionKernel kernel(EnergyFunction energy) {
        return switch (sampler) {
            case "mala" -> new MetropolisAdjustedLangevin(energy);
            case "hmc", "hmc, fixed paths" -> new HamiltonianMonteCarlo(energy, leapfrogSteps);
            default -> new NoUTurn(energy);
        };
    }

    SamplerConfig config() {
        return SamplerConfig.builder()
                .burnIn(warmUp)
                .steps(draws * thinning)
                .thinning(thinning)
                .targetAcceptance(sampler.equals("mala") ? SamplerConfig.OPTIMAL_ACCEPTANCE : NoUTurn.TARGET_ACCEPTANCE)
                .adaptation(Adaptation.DIAGONAL_METRIC)
                .build();
    }

    /** Returns the name of the row: target, sampler and chains. */
    String name() {
        return target + ", " + sampler + ", " + chains + " chains";
    }

    String toJson() {
        return Json.COMPACT.toJson(this);
    }
}
