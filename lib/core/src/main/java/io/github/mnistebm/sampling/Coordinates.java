package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.HostEnergy;
import io.github.mnistebm.tensor.Lanes;
import io.github.mnistebm.tensor.Scope;
import java.util.Optional;

/** Linear coordinates z of states, u = A z. */
final class Coordinates implements AutoCloseable {

    private final NDManager manager;
    private final float[][] factor;
    private final float[][] transposedFactor;
    /** Aᵀ, by which rows of coordinates are multiplied; of a diagonal A its diagonal. */
    private final NDArray toStates;

    private final NDArray fromStates;

    /**
     * Creates the coordinates.
     *
     * @param parent the parent of the manager that owns the arrays
     * @param factor A, {@code [d][d]}, or its diagonal, {@code [1][d]}
     * @param inverse A⁻¹, in the same form
     */
    Coordinates(NDManager parent, double[][] factor, double[][] inverse) {
        this.manager = parent.newSubManager();
        this.factor = toFloat(factor);
        this.transposedFactor = transposed(this.factor);
        this.toStates = array(transposedFactor);
        this.fromStates = array(transposed(toFloat(inverse)));
    }

    private static float[][] toFloat(double[][] matrix) {
        float[][] floats = new float[matrix.length][matrix[0].length];
        for (int row = 0; row < matrix.length; row++) {
            for (int column = 0; column < matrix[row].length; column++) {
                floats[row][column] = (float) matrix[row][column];
            }
        }
        return floats;
    }

    /** A diagonal is its own transpose. */
    private static float[][] transposed(float[][] matrix) {
        return matrix.length == 1 ? matrix : Lanes.transposed(matrix);
    }

    private NDArray array(float[][] matrix) {
        NDArray array = manager.create(matrix);
        return Scope.owned(manager, matrix.length == 1 ? array.reshape(new Shape(matrix[0].length)) : array);
    }

    /** Computes u of rows of z. */
    NDArray toStates(NDArray coordinates) {
        return product(coordinates, toStates);
    }

    /** Computes z of rows of u. */
    NDArray fromStates(NDArray states) {
        return product(states, fromStates);
    }

    private static NDArray product(NDArray rows, NDArray factor) {
        return factor.getShape().dimension() == 1 ? rows.mul(factor) : rows.matMul(factor);
    }

    /** Returns E as a function of z. Its density differs from that of E by a constant. */
    EnergyFunction energy(EnergyFunction energy) {
        return new OfCoordinates(energy, this);
    }

    /** Returns a kernel whose states are the coordinates. */
    TransitionKernel kernel(TransitionKernel kernel) {
        return kernel.withEnergy(energy(kernel.energy()))
                .orElseThrow(() -> new IllegalArgumentException(
                        "metric: expected a kernel that moves in other coordinates too, found "
                                + kernel.getClass().getSimpleName() + "; let burn-in adapt the step size alone"));
    }

    @Override
    public void close() {
        manager.close();
    }

    /** E(A z), whose gradient is Aᵀ ∇E(A z). */
    private record OfCoordinates(EnergyFunction energy, Coordinates coordinates) implements EnergyFunction {

        @Override
        public int dimension() {
            return energy.dimension();
        }

        @Override
        public NDArray energy(NDArray states) {
            return energy.energy(coordinates.toStates(states));
        }

        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            EnergyAndGradient at = energy.energyAndGradient(coordinates.toStates(states));
            NDArray transposed = coordinates.toStates;
            NDArray factor = transposed.getShape().dimension() == 1 ? transposed : transposed.transpose();
            return new EnergyAndGradient(at.energy(), product(at.gradient(), factor));
        }

        @Override
        public Optional<HostEnergy> onHost() {
            return energy.onHost().map(host -> new OnHost(host, coordinates.factor, coordinates.transposedFactor));
        }
    }

    /** The same in plain loops. */
    private record OnHost(HostEnergy energy, float[][] factor, float[][] transposedFactor) implements HostEnergy {

        @Override
        public int dimension() {
            return energy.dimension();
        }

        @Override
        public long multiplications() {
            return energy.multiplications() + 2L * factor.length * dimension();
        }

        @Override
        public boolean isVectorized() {
            return energy.isVectorized();
        }

        @Override
        public Evaluator evaluator(int lanes) {
            Evaluator evaluator = energy.evaluator(lanes);
            float[] zeros = new float[dimension()];
            float[][] states = new float[dimension()][lanes];
            float[][] slopes = new float[dimension()][lanes];
            return new Evaluator() {
                @Override
                public void energy(int chains, float[][] positions, float[] energies) {
                    multiply(factor, positions, states);
                    evaluator.energy(chains, states, energies);
                }

                @Override
                public void energyAndGradient(int chains, float[][] positions, float[] energies, float[][] gradients) {
                    multiply(factor, positions, states);
                    evaluator.energyAndGradient(chains, states, energies, slopes);
                    multiply(transposedFactor, slopes, gradients);
                }

                private void multiply(float[][] by, float[][] in, float[][] out) {
                    if (by.length > 1) {
                        Lanes.affine(by, zeros, in, out);
                        return;
                    }
                    for (int i = 0; i < in.length; i++) {
                        System.arraycopy(in[i], 0, out[i], 0, lanes);
                        Lanes.scale(out[i], by[0][i]);
                    }
                }
            };
        }
    }
}
