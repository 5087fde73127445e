package io.github.mnistebm.condition;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.HostEnergy;
import io.github.mnistebm.tensor.Tensors;
import java.util.Optional;

/**
 * −log(1 − e^{−V}) of an energy V that is positive; infinite, or not a number, where V is not.
 *
 * @param energy V
 */
record NotEnergy(EnergyFunction energy) implements EnergyFunction {

    @Override
    public int dimension() {
        return energy.dimension();
    }

    @Override
    public NDArray energy(NDArray states) {
        return opposite(energy.energy(states));
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        EnergyAndGradient at = energy.energyAndGradient(states);
        NDManager manager = states.getManager();
        // −1 / (e^V − 1), by an exponential that cannot overflow.
        NDArray p = at.energy().neg().exp();
        NDArray slope = p.div(p.sub(Tensors.scalar(manager, 1)));
        return new EnergyAndGradient(opposite(at.energy()), at.gradient().mul(slope.expandDims(1)));
    }

    private static NDArray opposite(NDArray energies) {
        NDArray one = Tensors.scalar(energies.getManager(), 1);
        return one.sub(energies.neg().exp()).log().neg();
    }

    @Override
    public Optional<HostEnergy> onHost() {
        return energy.onHost().map(Loops::new);
    }

    /** The same in plain loops. */
    private record Loops(HostEnergy energy) implements HostEnergy {

        @Override
        public int dimension() {
            return energy.dimension();
        }

        @Override
        public long multiplications() {
            return energy.multiplications();
        }

        @Override
        public boolean isVectorized() {
            return energy.isVectorized();
        }

        @Override
        public Evaluator evaluator(int lanes) {
            Evaluator evaluator = energy.evaluator(lanes);
            return new Evaluator() {
                @Override
                public void energy(int chains, float[][] positions, float[] energies) {
                    evaluator.energy(chains, positions, energies);
                    for (int lane = 0; lane < chains; lane++) {
                        energies[lane] = (float) -Math.log(-Math.expm1(-energies[lane]));
                    }
                }

                @Override
                public void energyAndGradient(int chains, float[][] positions, float[] energies, float[][] gradients) {
                    evaluator.energyAndGradient(chains, positions, energies, gradients);
                    for (int lane = 0; lane < chains; lane++) {
                        float slope = (float) (-1 / Math.expm1(energies[lane]));
                        for (float[] coordinate : gradients) {
                            coordinate[lane] *= slope;
                        }
                        energies[lane] = (float) -Math.log(-Math.expm1(-energies[lane]));
                    }
                }
            };
        }
    }
}
