package io.github.mnistebm.condition;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.HostEnergy;
import io.github.mnistebm.tensor.Tensors;
import java.util.Optional;

/**
 * −log(a e^{−V} + b e^{−W}) of two energies V and W. The least of the two is taken out of the exponentials, so that energies of
 * any size have a gradient.
 *
 * @param first V
 * @param second W
 * @param weights a and b
 */
record PairEnergy(EnergyFunction first, EnergyFunction second, Weights weights) implements EnergyFunction {

    /** The weights a and b. */
    record Weights(double first, double second) {}

    /** p + q. */
    static final Weights DISJOINT = new Weights(1, 1);

    PairEnergy {
        if (first.dimension() != second.dimension()) {
            throw new IllegalArgumentException(
                    "condition: expected dimension " + first.dimension() + ", found " + second.dimension());
        }
    }

    /** w p + (1 − w) q. */
    static Weights mixture(double weight) {
        return new Weights(weight, 1 - weight);
    }

    @Override
    public int dimension() {
        return first.dimension();
    }

    @Override
    public NDArray energy(NDArray states) {
        return combined(first.energy(states), second.energy(states)).energy();
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        EnergyAndGradient one = first.energyAndGradient(states);
        EnergyAndGradient other = second.energyAndGradient(states);
        Combined combined = combined(one.energy(), other.energy());
        return new EnergyAndGradient(
                combined.energy(),
                one.gradient()
                        .mul(combined.byFirst().expandDims(1))
                        .addi(other.gradient().mul(combined.bySecond().expandDims(1))));
    }

    /** The energy and its derivatives with respect to V and W, {@code [n]}. */
    private record Combined(NDArray energy, NDArray byFirst, NDArray bySecond) {}

    private Combined combined(NDArray v, NDArray w) {
        NDManager manager = v.getManager();
        NDArray least = v.minimum(w);
        NDArray p = least.sub(v).exp().muli(Tensors.scalar(manager, weights.first()));
        NDArray q = least.sub(w).exp().muli(Tensors.scalar(manager, weights.second()));
        NDArray sum = p.add(q);
        return new Combined(least.sub(sum.log()), p.div(sum), q.div(sum));
    }

    @Override
    public Optional<HostEnergy> onHost() {
        return first.onHost().flatMap(one -> second.onHost().map(other -> new Loops(one, other, weights)));
    }

    /** The same in plain loops. */
    private record Loops(HostEnergy first, HostEnergy second, Weights weights) implements HostEnergy {

        @Override
        public int dimension() {
            return first.dimension();
        }

        @Override
        public long multiplications() {
            return first.multiplications() + second.multiplications();
        }

        @Override
        public boolean isVectorized() {
            return first.isVectorized() || second.isVectorized();
        }

        @Override
        public Evaluator evaluator(int lanes) {
            Evaluator one = first.evaluator(lanes);
            Evaluator other = second.evaluator(lanes);
            float[] second = new float[lanes];
            float[] bySecond = new float[lanes];
            float[] byFirst = new float[lanes];
            float[][] gradientsOfSecond = new float[dimension()][lanes];
            return new Evaluator() {
                @Override
                public void energy(int chains, float[][] positions, float[] energies) {
                    one.energy(chains, positions, energies);
                    other.energy(chains, positions, second);
                    combine(chains, energies);
                }

                @Override
                public void energyAndGradient(int chains, float[][] positions, float[] energies, float[][] gradients) {
                    one.energyAndGradient(chains, positions, energies, gradients);
                    other.energyAndGradient(chains, positions, second, gradientsOfSecond);
                    combine(chains, energies);
                    for (int i = 0; i < gradients.length; i++) {
                        for (int lane = 0; lane < chains; lane++) {
                            gradients[i][lane] =
                                    byFirst[lane] * gradients[i][lane] + bySecond[lane] * gradientsOfSecond[i][lane];
                        }
                    }
                }

                private void combine(int chains, float[] energies) {
                    for (int lane = 0; lane < chains; lane++) {
                        double v = energies[lane];
                        double w = second[lane];
                        double least = Math.min(v, w);
                        double p = weights.first() * Math.exp(least - v);
                        double q = weights.second() * Math.exp(least - w);
                        double sum = p + q;
                        energies[lane] = (float) (least - Math.log(sum));
                        byFirst[lane] = (float) (p / sum);
                        bySecond[lane] = (float) (q / sum);
                    }
                }
            };
        }
    }
}
