package io.github.mnistebm.density;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Optional;

/**
 * The energy of batches whose states are evaluated one after the other.
 *
 * @param dimension d; positive
 * @param point the energy of one state
 */
record PointwiseEnergy(int dimension, AtPoint point) implements EnergyFunction, HostEnergy {

    PointwiseEnergy {
        if (dimension < 1) {
            throw new IllegalArgumentException("dimension: must be at least 1, found " + dimension);
        }
    }

    @Override
    public NDArray energy(NDArray states) {
        float[] energies = new float[rows(states)];
        evaluate(states, energies, new float[energies.length * dimension]);
        return states.getManager().create(energies);
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        float[] energies = new float[rows(states)];
        float[] gradients = new float[energies.length * dimension];
        evaluate(states, energies, gradients);
        return new EnergyAndGradient(
                states.getManager().create(energies),
                states.getManager().create(gradients, new Shape(energies.length, dimension)));
    }

    private static int rows(NDArray states) {
        return Math.toIntExact(states.getShape().get(0));
    }

    private void evaluate(NDArray states, float[] energies, float[] gradients) {
        float[] values = states.toFloatArray();
        double[] state = new double[dimension];
        double[] gradient = new double[dimension];
        for (int row = 0; row < energies.length; row++) {
            for (int i = 0; i < dimension; i++) {
                state[i] = values[row * dimension + i];
            }
            Arrays.fill(gradient, 0);
            energies[row] = (float) point.energyAndGradient(state, gradient);
            for (int i = 0; i < dimension; i++) {
                gradients[row * dimension + i] = (float) gradient[i];
            }
        }
    }

    @Override
    public Optional<HostEnergy> onHost() {
        return Optional.of(this);
    }

    /** Counts as small: the cost of the function is not known, and tensor operations would only call it too. */
    @Override
    public long multiplications() {
        return dimension;
    }

    @Override
    public Evaluator evaluator(int lanes) {
        double[] state = new double[dimension];
        double[] gradient = new double[dimension];
        return new Evaluator() {
            @Override
            public void energy(int chains, float[][] positions, float[] energies) {
                for (int lane = 0; lane < chains; lane++) {
                    energies[lane] = evaluate(positions, lane);
                }
            }

            @Override
            public void energyAndGradient(int chains, float[][] positions, float[] energies, float[][] gradients) {
                for (int lane = 0; lane < chains; lane++) {
                    energies[lane] = evaluate(positions, lane);
                    for (int i = 0; i < dimension; i++) {
                        gradients[i][lane] = (float) gradient[i];
                    }
                }
            }

            private float evaluate(float[][] positions, int lane) {
                for (int i = 0; i < dimension; i++) {
                    state[i] = positions[i][lane];
                }
                Arrays.fill(gradient, 0);
                return (float) point.energyAndGradient(state, gradient);
            }
        };
    }
}
