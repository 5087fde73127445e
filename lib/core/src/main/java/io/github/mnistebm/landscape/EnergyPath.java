package io.github.mnistebm.landscape;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.tensor.Scope;
import java.util.List;

/**
 * A path through states, and the energies on it. Owns its arrays: close it.
 *
 * @param states the states from one end to the other, {@code [n, d]}
 * @param energies E of each state, nats, {@code [n]}
 */
public record EnergyPath(NDArray states, NDArray energies) implements Scope.Result, AutoCloseable {

    /**
     * Creates a straight path of equal steps.
     *
     * @param energy the energy
     * @param from the first state, {@code [d]}
     * @param to the last state, {@code [d]}
     * @param count the number of states; at least 2
     * @return the path, attached to the manager of the first state
     * @throws IllegalArgumentException if there are too few states
     */
    public static EnergyPath straight(EnergyFunction energy, NDArray from, NDArray to, int count) {
        if (count < 2) {
            throw new IllegalArgumentException("states: expected at least 2, found " + count);
        }
        return Scope.computeOwned(() -> {
            float[] shares = new float[count];
            for (int i = 0; i < count; i++) {
                shares[i] = (float) i / (count - 1);
            }
            NDArray share = from.getManager().create(shares).expandDims(1);
            NDArray states = share.mul(to).add(share.mul(-1).add(1).mul(from));
            return new EnergyPath(states, energy.energy(states));
        });
    }

    @Override
    public List<NDArray> arrays() {
        return List.of(states, energies);
    }

    @Override
    public void close() {
        arrays().forEach(NDArray::close);
    }
}
