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
        float[][] positions = columns(states);
        float[] energies = new float[positions[0].length];
        evaluator(energies.length).energy(energies.length, positions, energies);
        return states.getManager().create(energies);
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        float[][] positions = columns(states);
        float[] energies = new float[positions[0].length];
        float[][] gradients = new float[dimension][energies.length];
        evaluator(energies.length).energyAndGradient(energies.length, positions, energies, gradients);
        float[] rows = new float[energies.length * dimension];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = gradients[i % dimension][i / dimension];
        }
        return new EnergyAndGradient(
                states.getManager().create(energies),
                states.getManager().create(rows, new Shape(energies.length, dimension)));
    }

    private float[][] columns(NDArray states) {
        float[] rows = states.toFloatArray();
        float[][] columns = new float[dimension][rows.length / dimension];
        for (int i = 0; i < rows.length; i++) {
            columns[i % dimension][i / dimension] = rows[i];
        }
        return columns;
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
    public boolean isVectorized() {
        return false;
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
