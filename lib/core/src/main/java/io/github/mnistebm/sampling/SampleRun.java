package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.github.mnistebm.diagnostics.ChainDiagnostics;
import io.github.mnistebm.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
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
    private final double targetAcceptance;
    private final double jumpAcceptanceRate;
    private final double stepSize;
    private final double evaluations;
    private final long divergences;
    private final int steps;

    /**
     * Creates the result of chains that have come to their end.
     *
     * @param manager the owner of the arrays
     * @param positions {@code [draws, chains, d]}
     * @param energies {@code [draws, chains]}
     * @param chains the chains
     * @param targetAcceptance the acceptance that burn-in steered to
     */
    SampleRun(NDManager manager, NDArray positions, NDArray energies, Chains chains, double targetAcceptance) {
        this.manager = manager;
        this.positions = positions;
        this.energies = energies;
        this.acceptanceRate = chains.acceptanceRate();
        this.targetAcceptance = targetAcceptance;
        this.jumpAcceptanceRate = chains.jumpAcceptanceRate();
        this.stepSize = chains.stepSize();
        this.evaluations = chains.evaluations();
        this.divergences = chains.divergences();
        this.steps = chains.steps();
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
     * Returns the number of evaluations of the gradient after burn-in for each chain.
     *
     * @return the mean over the chains
     */
    public double evaluations() {
        return evaluations;
    }

    /**
     * Returns the number of divergences after burn-in: steps whose proposal has an energy that is not finite, or so much higher than that
     * of the start that its acceptance probability is 0 in single precision.
     *
     * @return the number of steps of all chains together
     */
    public long divergences() {
        return divergences;
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
        int d = (int) positions.getShape().get(2);
        return diagnostics(
                IntStream.rangeClosed(1, d).mapToObj(i -> "latent " + i).toArray(String[]::new));
    }

    /**
     * Diagnoses the energy and each coordinate over the chains.
     *
     * @param names the names of the coordinates, {@code [d]}
     * @return a table of d + 1 rows: quantity, mean, R-hat, bulk effective sample size, tail effective sample size
     * @throws IllegalArgumentException if there are too few draws, see {@link ChainDiagnostics#of}, or more or fewer names than coordinates
     */
    public Table diagnostics(String... names) {
        StringColumn quantities = StringColumn.create(QUANTITY);
        DoubleColumn means = DoubleColumn.create(MEAN);
        DoubleColumn rHats = DoubleColumn.create(R_HAT);
        DoubleColumn bulk = DoubleColumn.create(BULK_SIZE);
        DoubleColumn tail = DoubleColumn.create(TAIL_SIZE);
        int chains = (int) positions.getShape().get(1);
        int d = (int) positions.getShape().get(2);
        if (names.length != d) {
            throw new IllegalArgumentException("names: expected " + d + ", found " + names.length);
        }
        float[] coordinates = positions.toFloatArray();
        float[] energyValues = energies.toFloatArray();
        for (int quantity = 0; quantity <= d; quantity++) {
            double[][] values = quantity == 0
                    ? ChainDiagnostics.byChain(energyValues, chains, 1, 0)
                    : ChainDiagnostics.byChain(coordinates, chains, d, quantity - 1);
            ChainDiagnostics diagnostics = ChainDiagnostics.of(values);
            quantities.append(quantity == 0 ? "energy" : names[quantity - 1]);
            means.append(Arrays.stream(values)
                    .flatMapToDouble(Arrays::stream)
                    .average()
                    .orElseThrow());
            rHats.append(diagnostics.rHat());
            bulk.append(diagnostics.bulkEffectiveSampleSize());
            tail.append(diagnostics.tailEffectiveSampleSize());
        }
        return Table.create("diagnostics", quantities, means, rHats, bulk, tail);
    }

    /**
     * Returns the reasons to distrust these draws, each with a remedy: an R-hat above {@value ChainDiagnostics#CONVERGED} or a bulk or tail
     * effective sample size below {@value ChainDiagnostics#LEAST_SAMPLE_SIZE} of the energy or a coordinate, divergences, and an acceptance far
     * below the one that burn-in steered to.
     *
     * @return sentences; empty if nothing speaks against the draws
     * @throws IllegalArgumentException if there are too few draws, see {@link ChainDiagnostics#of}
     */
    public List<String> warnings() {
        return new RunWarnings(diagnostics())
                .convergence()
                .divergences(
                        divergences, (long) steps * acceptanceRate.getShape().get(0))
                .acceptance(acceptanceRate.toFloatArray(), targetAcceptance)
                .sentences();
    }

    @Override
    public void close() {
        manager.close();
    }
}
