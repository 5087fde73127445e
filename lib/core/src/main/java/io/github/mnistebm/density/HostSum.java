package io.github.mnistebm.density;

import io.github.mnistebm.tensor.Lanes;

/**
 * The sum of two energies in plain loops.
 *
 * @param first the one
 * @param second the other, of the same dimension
 */
record HostSum(HostEnergy first, HostEnergy second) implements HostEnergy {

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
        float[] energiesOfSecond = new float[lanes];
        float[][] gradientsOfSecond = new float[dimension()][lanes];
        return new Evaluator() {
            @Override
            public void energy(int chains, float[][] positions, float[] energies) {
                one.energy(chains, positions, energies);
                other.energy(chains, positions, energiesOfSecond);
                Lanes.add(energies, energiesOfSecond);
            }

            @Override
            public void energyAndGradient(int chains, float[][] positions, float[] energies, float[][] gradients) {
                one.energyAndGradient(chains, positions, energies, gradients);
                other.energyAndGradient(chains, positions, energiesOfSecond, gradientsOfSecond);
                Lanes.add(energies, energiesOfSecond);
                for (int i = 0; i < gradients.length; i++) {
                    Lanes.add(gradients[i], gradientsOfSecond[i]);
                }
            }
        };
    }
}
