package io.github.mnistebm.model;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.sampling.EnergyAndGradient;
import io.github.mnistebm.sampling.EnergyFunction;

/**
 * The energy of a target less that of a proposal: the tilt that takes one to the other.
 *
 * @param target E
 * @param proposal −log q
 */
record EnergyDifference(EnergyFunction target, EnergyFunction proposal) implements EnergyFunction {

    @Override
    public int dimension() {
        return target.dimension();
    }

    @Override
    public NDArray energy(NDArray states) {
        return target.energy(states).sub(proposal.energy(states));
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        EnergyAndGradient ofTarget = target.energyAndGradient(states);
        EnergyAndGradient ofProposal = proposal.energyAndGradient(states);
        return new EnergyAndGradient(
                ofTarget.energy().sub(ofProposal.energy()), ofTarget.gradient().sub(ofProposal.gradient()));
    }
}
