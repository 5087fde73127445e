package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.github.mnistebm.diagnostics.ChainDiagnostics;
import io.github.mnistebm.tensor.Scope;
import java.util.List;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** The result of a run of chains. Owns its arrays: close it. */
public final class SampleRun implements Scope.Result, AutoCloseable {

    /** The column of {@link #diagnostics()} for the name of the quantity, of strings. */
    public static final String QUANTITY = "quantity";

    /** The column of {@link #diagnostics()} for the mean. */
    public static final String MEAN = "mean";

    /** The column of {@link #diagnostics()} for the potential scale reduction. */
    public static final String R_HAT = "R-hat";

    /** The column of {@link #diagnostics()} for the bulk effective sample size. */
    public static final String BULK_SIZE = "bulk effective sample size";

    /** The column of {@link #diagnostics()} for the tail effective sample size. */
    public static final String TAIL_SIZE = "tail effective sample size";

    private final NDManager manager;
    private final NDArray positions;
    private final NDArray energies;
    private final NDArray acceptanceRate;
    private final double jumpAcceptanceRate;
    private final double stepSize;

    SampleRun(
            NDManager manager,
            NDArray positions,
            NDArray energies,
            NDArray acceptanceRate,
            double jumpAcceptanceRate,
            double stepSize) {
        this.manager = manager;
        this.positions = positions;
        this.energies = energies;
        this.acceptanceRate = acceptanceRate;
        this.jumpAcceptanceRate = jumpAcceptanceRate;
        this.stepSize = stepSize;
    }

    @Override
    public List<NDArray> arrays() {
        return List.of(positions, energies, acceptanceRate);
    }

    /**
     * Returns the draws.
     *
     * @return the positions, {@code [draws, chains, d]}
     */
    public NDArray positions() {
        return positions;
    }

    /**
     * Returns the energies of the draws.
     *
     * @return the energies in nats, {@code [draws, chains]}
     */
    public NDArray energies() {
        return energies;
    }

    /**
     * Returns each chain's mean acceptance probability after burn-in, without jumps.
     *
     * @return the means, {@code [chains]}
     */
    public NDArray acceptanceRate() {
        return acceptanceRate;
    }

    /**
     * Returns the mean of {@link #acceptanceRate()} over the chains.
     *
     * @return the mean, in [0, 1]
     */
    public double meanAcceptanceRate() {
        try (NDArray mean = acceptanceRate.mean()) {
            return mean.getFloat();
        }
    }

    /**
     * Returns the mean acceptance probability of jumps after burn-in.
     *
     * @return the mean, in [0, 1]; NaN without a jump
     */
    public double jumpAcceptanceRate() {
        return jumpAcceptanceRate;
    }

    /**
     * Returns the step size after burn-in, with which the draws were made.
     *
     * @return ε
     */
    public double stepSize() {
        return stepSize;
    }

    /**
     * Returns the last draw of every chain.
     *
     * @return the positions, {@code [chains, d]}; owned by this object
     */
    public NDArray last() {
        return positions.get(new NDIndex().addIndices(positions.getShape().get(0) - 1));
    }

    /**
     * Returns some of the draws of every chain, to be shown a row a chain.
     *
     * @param draws their indices, from 0
     * @return the positions, {@code [chains * draws, d]}, the draws of the first chain first; owned by this object
     */
    public NDArray byChain(long... draws) {
        long d = positions.getShape().get(2);
        return positions.get(manager.create(draws)).swapAxes(0, 1).reshape(-1, d);
    }

    /**
     * Diagnoses the energy and each coordinate over the chains.
     *
     * @return a table of d + 1 rows: quantity, mean, R-hat, bulk effective sample size, tail effective sample size
     * @throws IllegalArgumentException if there are too few draws, see {@link ChainDiagnostics#of}
     */
    public Table diagnostics() {
        StringColumn quantities = StringColumn.create(QUANTITY);
        DoubleColumn means = DoubleColumn.create(MEAN);
        DoubleColumn rHats = DoubleColumn.create(R_HAT);
        DoubleColumn bulk = DoubleColumn.create(BULK_SIZE);
        DoubleColumn tail = DoubleColumn.create(TAIL_SIZE);
        int draws = (int) positions.getShape().get(0);
        int chains = (int) positions.getShape().get(1);
        int d = (int) positions.getShape().get(2);
        float[] coordinates = positions.toFloatArray();
        float[] energyValues = energies.toFloatArray();
        for (int quantity = 0; quantity <= d; quantity++) {
            double[][] values = new double[chains][draws];
            double sum = 0;
            for (int draw = 0; draw < draws; draw++) {
                for (int chain = 0; chain < chains; chain++) {
                    int state = draw * chains + chain;
                    values[chain][draw] = quantity == 0 ? energyValues[state] : coordinates[state * d + quantity - 1];
                    sum += values[chain][draw];
                }
            }
            ChainDiagnostics diagnostics = ChainDiagnostics.of(values);
            quantities.append(quantity == 0 ? "energy" : "latent " + quantity);
            means.append(sum / draws / chains);
            rHats.append(diagnostics.rHat());
            bulk.append(diagnostics.bulkEffectiveSampleSize());
            tail.append(diagnostics.tailEffectiveSampleSize());
        }
        return Table.create("diagnostics", quantities, means, rHats, bulk, tail);
    }

    @Override
    public void close() {
        manager.close();
    }
}
