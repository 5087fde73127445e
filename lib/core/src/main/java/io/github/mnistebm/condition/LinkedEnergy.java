package io.github.mnistebm.condition;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.HostEnergy;
import java.util.Optional;

/**
 * −log p(condition | u) of a network's outputs at u.
 *
 * @param network the network
 * @param link the energy as a function of the outputs
 */
record LinkedEnergy(LatentNetwork network, Link link) implements EnergyFunction {

    @Override
    public int dimension() {
        return network.inputs();
    }

    @Override
    public NDArray energy(NDArray states) {
        return link.energyAndGradient(network.outputs(states)).energy();
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        LatentNetwork.Pass pass = network.forward(states);
        EnergyAndGradient linked = link.energyAndGradient(pass.outputs());
        return new EnergyAndGradient(linked.energy(), pass.stateGradient(linked.gradient()));
    }

    @Override
    public Optional<HostEnergy> onHost() {
        return Optional.of(new Loops(network.onHost(), link));
    }

    /** The same in plain loops. */
    private record Loops(HostLatentNetwork network, Link link) implements HostEnergy {

        @Override
        public int dimension() {
            return network.inputs();
        }

        @Override
        public long multiplications() {
            return network.multiplications();
        }

        @Override
        public Evaluator evaluator(int lanes) {
            HostLatentNetwork.Pass pass = network.new Pass(lanes);
            float[][] outputs = new float[network.outputs()][lanes];
            return new Evaluator() {
                @Override
                public void energy(int chains, float[][] positions, float[] energies) {
                    pass.forward(positions, outputs);
                    link.energyAndGradient(chains, outputs, energies);
                }

                @Override
                public void energyAndGradient(int chains, float[][] positions, float[] energies, float[][] gradients) {
                    energy(chains, positions, energies);
                    pass.backward(outputs, gradients);
                }
            };
        }
    }
}
