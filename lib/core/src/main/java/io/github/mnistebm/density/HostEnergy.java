package io.github.mnistebm.density;

/**
 * An energy as it is at one moment, evaluated by plain loops in Java on the processor, a block of chains at a time.
 *
 * <p>Tensor operations cost some microseconds each, whatever their size: for a small network or few chains that is most of the
 * time. These loops cost nothing but their arithmetic. Chains lie beside each other in memory, {@code [coordinate][chain]}, so
 * that the just-in-time compiler makes vector instructions of every inner loop.
 */
public interface HostEnergy {

    /** The number of multiplications a state up to which an energy is small. */
    long SMALL = 50_000;

    /**
     * Returns the dimension of a state.
     *
     * @return d
     */
    int dimension();

    /**
     * Returns what an evaluation costs.
     *
     * @return multiplications for the energy and the gradient of one state, roughly
     */
    long multiplications();

    /**
     * Returns whether loops beat tensor operations on this energy for any number of chains. Such an energy is evaluated for rows of
     * chains side by side, a larger one for one chain after the other.
     *
     * @return true up to {@value #SMALL} multiplications
     */
    default boolean isSmall() {
        return multiplications() <= SMALL;
    }

    /**
     * Returns whether the chains of a row cost less together than one after the other, by vector instructions.
     *
     * @return false where each state is evaluated by itself
     */
    default boolean isVectorized() {
        return true;
    }

    /**
     * Creates an evaluator of this energy, with working memory of its own: one for each thread.
     *
     * @param lanes the length of the rows, the number of chains that a block may have
     * @return the evaluator
     */
    Evaluator evaluator(int lanes);

    /** Evaluates an energy on a block of chains; not for several threads at once. */
    interface Evaluator {

        /**
         * Evaluates the energy.
         *
         * @param chains the number of lanes in use; values in the others mean nothing
         * @param positions {@code [d][lanes]}
         * @param energies receives E of each chain in nats, {@code [lanes]}
         */
        void energy(int chains, float[][] positions, float[] energies);

        /**
         * Evaluates the energy and its gradient.
         *
         * @param chains the number of lanes in use; values in the others mean nothing
         * @param positions {@code [d][lanes]}
         * @param energies receives E of each chain in nats, {@code [lanes]}
         * @param gradients receives ∇E, {@code [d][lanes]}
         */
        void energyAndGradient(int chains, float[][] positions, float[] energies, float[][] gradients);
    }

    /**
     * Returns this energy divided by a number.
     *
     * @param divisor the number, such as a temperature; not 0
     * @return the quotient
     */
    default HostEnergy dividedBy(double divisor) {
        HostEnergy energy = this;
        float factor = (float) (1 / divisor);
        return new HostEnergy() {
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
                        multiply(energies);
                    }

                    @Override
                    public void energyAndGradient(
                            int chains, float[][] positions, float[] energies, float[][] gradients) {
                        evaluator.energyAndGradient(chains, positions, energies, gradients);
                        multiply(energies);
                        for (float[] coordinate : gradients) {
                            multiply(coordinate);
                        }
                    }
                };
            }

            private void multiply(float[] values) {
                for (int lane = 0; lane < values.length; lane++) {
                    values[lane] *= factor;
                }
            }
        };
    }
}
