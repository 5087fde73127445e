package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.HostEnergy;
import io.github.mnistebm.density.ReferenceMeasure;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each kernel, by tensor operations and by loops, on each target: the moments of the target. */
class EveryKernelTest {

    private static final double VARIANCE_OF_PROPOSALS = 9;

    private enum Kernel {
        MALA(0.4, 500) {
            @Override
            TransitionKernel of(EnergyFunction energy, boolean inLoops) {
                return new MetropolisAdjustedLangevin(energy);
            }
        },

        /** With steps so small that the bias is within the Monte Carlo error. */
        ULA(0.02, 1500) {
            @Override
            TransitionKernel of(EnergyFunction energy, boolean inLoops) {
                return new UnadjustedLangevin(energy);
            }
        },

        HAMILTONIAN_MONTE_CARLO(0.5, 100) {
            @Override
            TransitionKernel of(EnergyFunction energy, boolean inLoops) {
                return new HamiltonianMonteCarlo(energy, 4);
            }
        },

        NO_U_TURN(0.5, 60) {
            @Override
            TransitionKernel of(EnergyFunction energy, boolean inLoops) {
                return new NoUTurn(energy);
            }
        },

        INDEPENDENCE_METROPOLIS(0.4, 500) {
            @Override
            TransitionKernel of(EnergyFunction energy, boolean inLoops) {
                return jumps(energy, inLoops);
            }
        },

        MALA_WITH_JUMPS(0.4, 300) {
            @Override
            TransitionKernel of(EnergyFunction energy, boolean inLoops) {
                return new KernelWithJumps(new MetropolisAdjustedLangevin(energy), jumps(energy, inLoops), 2);
            }
        },

        HAMILTONIAN_MONTE_CARLO_WITH_JUMPS(0.5, 100) {
            @Override
            TransitionKernel of(EnergyFunction energy, boolean inLoops) {
                return new KernelWithJumps(new HamiltonianMonteCarlo(energy, 4), jumps(energy, inLoops), 2);
            }
        };

        private final double stepSize;
        private final int steps;

        Kernel(double stepSize, int steps) {
            this.stepSize = stepSize;
            this.steps = steps;
        }

        abstract TransitionKernel of(EnergyFunction energy, boolean inLoops);

        private static IndependenceMetropolis jumps(EnergyFunction energy, boolean inLoops) {
            ReferenceMeasure wide = new StandardNormal(2).tempered(VARIANCE_OF_PROPOSALS);
            return new IndependenceMetropolis(
                    energy, inLoops ? wide : new OnTheDevice(wide), new Difference(energy, wide));
        }
    }

    /** The means of x, y, x², y² and xy. */
    private enum Moments {
        STANDARD_NORMAL(Target.STANDARD_NORMAL, 0, 0, 1, 1, 0),
        CORRELATED_NORMAL(Target.CORRELATED_NORMAL, 1, -2, 2, 8, -0.4),
        MIXTURE(Target.MIXTURE, 0.6, 0, 3.25, 1, 0),
        BANANA(Target.BANANA, 0, 0, 1, 1.5, 0);

        private final Target target;
        private final double[] means;

        Moments(Target target, double... means) {
            this.target = target;
            this.means = means;
        }
    }

    static Stream<Arguments> cells() {
        return Arrays.stream(Kernel.values())
                .flatMap(kernel -> Arrays.stream(Moments.values()).flatMap(moments -> Stream.of(true, false)
                        .filter(inLoops -> inLoops || kernel != Kernel.NO_U_TURN)
                        .map(inLoops -> Arguments.of(kernel, moments, inLoops))));
    }

    @ParameterizedTest(name = "{0} on {1}, in loops: {2}")
    @MethodSource("cells")
    void samplesTheMomentsOfTheTarget(Kernel kernel, Moments moments, boolean inLoops) {
        EnergyFunction energy = inLoops ? moments.target.inLoops() : moments.target;
        Draws draws = Draws.from(kernel.of(energy, inLoops), kernel.stepSize, kernel.steps, 7);
        draws.assertExpectation((x, y) -> x, moments.means[0]);
        draws.assertExpectation((x, y) -> y, moments.means[1]);
        draws.assertExpectation((x, y) -> x * x, moments.means[2]);
        draws.assertExpectation((x, y) -> y * y, moments.means[3]);
        draws.assertExpectation((x, y) -> x * y, moments.means[4]);
    }

    /** A measure without its loops. */
    private record OnTheDevice(ReferenceMeasure measure) implements ReferenceMeasure {
        @Override
        public int dimension() {
            return measure.dimension();
        }

        @Override
        public NDArray energy(NDArray states) {
            return measure.energy(states);
        }

        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            return measure.energyAndGradient(states);
        }

        @Override
        public NDArray sample(NDManager manager, long count, RandomSource random) {
            return measure.sample(manager, count, random);
        }

        @Override
        public ReferenceMeasure tempered(double temperature) {
            return new OnTheDevice(measure.tempered(temperature));
        }
    }

    /** The tilt by which a target differs from the measure that proposes. */
    private record Difference(EnergyFunction target, ReferenceMeasure proposal) implements EnergyFunction {
        @Override
        public int dimension() {
            return 2;
        }

        @Override
        public NDArray energy(NDArray states) {
            return target.energy(states).sub(proposal.energy(states));
        }

        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            throw new AssertionError("jumps need no gradient of the tilt");
        }

        @Override
        public Optional<HostEnergy> onHost() {
            return target.onHost().flatMap(of -> proposal.onHost().map(by -> new HostDifference(of, by)));
        }
    }

    private record HostDifference(HostEnergy target, HostEnergy proposal) implements HostEnergy {
        @Override
        public int dimension() {
            return 2;
        }

        @Override
        public long multiplications() {
            return 10;
        }

        @Override
        public Evaluator evaluator(int lanes) {
            Evaluator of = target.evaluator(lanes);
            Evaluator by = proposal.evaluator(lanes);
            float[] subtracted = new float[lanes];
            return new Evaluator() {
                @Override
                public void energy(int chains, float[][] positions, float[] energies) {
                    of.energy(chains, positions, energies);
                    by.energy(chains, positions, subtracted);
                    for (int lane = 0; lane < lanes; lane++) {
                        energies[lane] -= subtracted[lane];
                    }
                }

                @Override
                public void energyAndGradient(int chains, float[][] positions, float[] energies, float[][] gradients) {
                    throw new AssertionError("jumps need no gradient of the tilt");
                }
            };
        }
    }
}
