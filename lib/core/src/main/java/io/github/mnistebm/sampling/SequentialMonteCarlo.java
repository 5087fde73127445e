package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.ReferenceMeasure;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.DoubleConsumer;

/**
 * A sequential Monte Carlo sampler (Del Moral, Doucet &amp; Jasra 2006, "Sequential Monte Carlo samplers", section 3) of posteriors
 * p(u) ∝ q(u) exp(−V(u)) with several modes, between which MALA alone would not cross.
 *
 * <p>Particles start as draws of q and go through the distributions q exp(−β V) with β rising from 0 to 1. At each stage β rises as
 * far as the weights exp(−Δβ V) keep an effective sample size of half the particles (Jasra, Stephens, Doucet &amp; Tsagaris 2011,
 * "Inference for Lévy-driven stochastic volatility models via adaptive sequential Monte Carlo", section 3); the particles are
 * resampled by those weights (systematic resampling, Kitagawa 1996), and moved by {@linkplain MetropolisAdjustedLangevin MALA}, whose
 * step size is steered to its best acceptance. The first stage has {@value #FIRST_DRAWS} times as many particles.
 *
 * <p>Many posteriors are sampled at once, each by a group of particles with a β of its own; the step size is common to all.
 *
 * @param particles the number of particles of a group; at least 2
 * @param moves MALA steps a stage; at least 1
 */
public record SequentialMonteCarlo(int particles, int moves) {

    /** Draws of q for each particle. */
    static final int FIRST_DRAWS = 16;

    /** Stages after which what is missing to β = 1 is taken at once, so that an end is certain. */
    private static final int MAX_STAGES = 1000;

    private static final double GAIN = 1;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public SequentialMonteCarlo {
        if (particles < 2) {
            throw new IllegalArgumentException("particles: must be at least 2, found " + particles);
        }
        if (moves < 1) {
            throw new IllegalArgumentException("moves: must be at least 1, found " + moves);
        }
    }

    /**
     * Draws of some posteriors.
     *
     * @param positions the particles, of equal weight, those of the first group first, {@code [groups * particles, d]}; within a group such
     *     that the first few are as unlike as any
     * @param logEvidence estimates of log ∫ q exp(−V), nats, {@code [groups]}
     */
    public record Draws(NDArray positions, NDArray logEvidence) implements Scope.Result {

        @Override
        public List<NDArray> arrays() {
            return List.of(positions, logEvidence);
        }
    }

    /**
     * Draws from posteriors.
     *
     * @param manager the owner of what comes out
     * @param prior q
     * @param potential V; of states {@code [groups * m, d]}, for any m, the first m rows are the first group's, and so on
     * @param groups the number of posteriors; at least 1
     * @param random the source of randomness
     * @param progress the consumer of the least β after each stage
     * @return the draws
     * @throws CancellationException if the thread is interrupted
     */
    public Draws draw(
            NDManager manager,
            ReferenceMeasure prior,
            EnergyFunction potential,
            int groups,
            RandomSource random,
            DoubleConsumer progress) {
        try (NDManager work = manager.newSubManager();
                StepSizeAdaptation adaptation =
                        new StepSizeAdaptation(work, SamplerConfig.FIRST_STEP_SIZE, SamplerConfig.OPTIMAL_ACCEPTANCE)) {
            return Scope.compute(() -> {
                Draws draws = draw(work, adaptation, prior, potential, groups, random, progress);
                draws.arrays().forEach(array -> array.attach(manager));
                return draws;
            });
        }
    }

    private Draws draw(
            NDManager work,
            StepSizeAdaptation adaptation,
            ReferenceMeasure prior,
            EnergyFunction potential,
            int groups,
            RandomSource random,
            DoubleConsumer progress) {
        Population population = new Population(work, groups, particles);
        NDArray first = firstPositions(work, prior, potential, population, random);
        ChainState state = ChainState.at(new Bridge(prior, potential, population.beta()), first);
        double least = population.leastBeta();
        for (int stage = 1; ; stage++) {
            MetropolisAdjustedLangevin kernel =
                    new MetropolisAdjustedLangevin(new Bridge(prior, potential, population.beta()));
            for (int move = 0; move < moves; move++) {
                Transition transition = kernel.advance(state, adaptation.stepSize(), move, random);
                state = transition.state();
                adaptation.update(transition.acceptanceProbability(), GAIN);
                transition.acceptanceProbability().close();
            }
            progress.accept(least);
            if (least >= 1) {
                break;
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException("sampling was interrupted at β = " + least);
            }
            state = nextStage(state, prior, potential, population, stage >= MAX_STAGES, random);
            least = population.leastBeta();
        }
        NDArray order = work.create(Population.spread(groups, particles));
        return new Draws(state.positions().get(new NDIndex().addIndices("{}", order)), population.logEvidence());
    }

    private NDArray firstPositions(
            NDManager manager,
            ReferenceMeasure prior,
            EnergyFunction potential,
            Population population,
            RandomSource random) {
        return Scope.compute(() -> {
            NDArray draws = prior.sample(manager, (long) population.groups() * particles * FIRST_DRAWS, random);
            NDArray survivors = population.survivors(potential.energy(draws), false, random);
            return draws.get(new NDIndex().addIndices("{}", survivors));
        });
    }

    /** Starts chains on the next distributions from those particles that survive the weighting; closes the state. */
    private static ChainState nextStage(
            ChainState state,
            ReferenceMeasure prior,
            EnergyFunction potential,
            Population population,
            boolean last,
            RandomSource random) {
        ChainState next = Scope.computeOwned(() -> {
            EnergyAndGradient ofPrior = prior.energyAndGradient(state.positions());
            EnergyAndGradient ofPotential = potential.energyAndGradient(state.positions());
            NDIndex survivors =
                    new NDIndex().addIndices("{}", population.survivors(ofPotential.energy(), last, random));
            EnergyAndGradient sum = new Bridge(prior, potential, population.beta())
                    .sum(select(ofPrior, survivors), select(ofPotential, survivors));
            return new ChainState(state.positions().get(survivors), sum.energy(), sum.gradient());
        });
        state.close();
        return next;
    }

    private static EnergyAndGradient select(EnergyAndGradient all, NDIndex rows) {
        return new EnergyAndGradient(all.energy().get(rows), all.gradient().get(rows));
    }

    /** The energy −log q + β V, with β of each row, {@code [chains]}. */
    private record Bridge(ReferenceMeasure prior, EnergyFunction potential, NDArray beta) implements EnergyFunction {

        @Override
        public int dimension() {
            return prior.dimension();
        }

        @Override
        public NDArray energy(NDArray states) {
            return prior.energy(states).add(potential.energy(states).mul(beta));
        }

        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            return sum(prior.energyAndGradient(states), potential.energyAndGradient(states));
        }

        EnergyAndGradient sum(EnergyAndGradient ofPrior, EnergyAndGradient ofPotential) {
            return new EnergyAndGradient(
                    ofPrior.energy().add(ofPotential.energy().mul(beta)),
                    ofPrior.gradient().add(ofPotential.gradient().mul(beta.expandDims(1))));
        }
    }
}
