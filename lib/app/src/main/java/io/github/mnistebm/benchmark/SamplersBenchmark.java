package io.github.mnistebm.benchmark;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.diagnostics.ChainDiagnostics;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.sampling.Sampler;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Compares effective samples a second of this library's samplers and of BlackJAX's: bulk effective sample sizes (Vehtari et al. 2021,
 * section 3) of the energy and of the worst coordinate, over the seconds that the draws take. Warm-up and compilation are not timed. Each
 * library adapts step size and diagonal metric in its own way: BlackJAX warms each chain up by itself, this library all chains together.
 * In the rows {@code hmc, fixed paths}, all of BlackJAX's paths have the mean length of this library's random ones. Both run by turns, on
 * all cores, and in single precision where a network is the energy; this library computes the textbook targets in double precision.
 *
 * @param python an interpreter with the packages of {@code environment/bench/requirements.txt}
 * @param peers the folder of the peers' scripts
 * @param model the folder of the trained model
 * @param draws draws of each chain; at least 20
 * @param rounds the number of runs of each, with seeds of their own; at least 1
 * @param only a part of the names of the rows to measure; empty for all of them
 */
public record SamplersBenchmark(Path python, Path peers, Path model, int draws, int rounds, String only) {

    private static final int[] CHAINS = {4, 64};

    /** The energies of both libraries may differ by a constant, and by the rounding of single precision. */
    private static final double TOLERANCE = 0.02;

    /**
     * Effective samples a second, and R-hat.
     *
     * @param energy effective samples of the energy a second
     * @param worst effective samples of the worst coordinate a second
     * @param rHat the greatest R-hat of energy and coordinates
     */
    public record Speed(double energy, double worst, double rHat) {}

    /**
     * A comparison.
     *
     * @param target the target
     * @param sampler the sampler
     * @param chains the number of chains
     * @param ours the medians over the rounds
     * @param peers BlackJAX's medians
     * @param energyRatio the median over the rounds of {@code ours.energy()} divided by that of BlackJAX: above 1, this library is faster
     * @param worstRatio the same for the worst coordinate
     */
    public record Result(
            String target,
            String sampler,
            int chains,
            Speed ours,
            Speed peers,
            double energyRatio,
            double worstRatio) {}

    /** Draws, {@code [draws, chains, d]}, and their energies, {@code [draws, chains]}. */
    private record Draws(float[] positions, float[] energies, double seconds) {}

    /**
     * Measures all rows.
     *
     * @param listener called with each row
     * @return the rows
     * @throws IOException if the peer fails, or its energy differs
     */
    public List<Result> run(Consumer<Result> listener) throws IOException {
        List<Result> results = new ArrayList<>();
        try (DigitModel loaded = DigitModel.load(model, Device.cpu())) {
            for (SamplerTarget target : SamplerTarget.values()) {
                for (String sampler : SamplerWork.SAMPLERS) {
                    for (int chains : CHAINS) {
                        SamplerWork work = SamplerWork.of(
                                target,
                                sampler,
                                chains,
                                draws,
                                model.toAbsolutePath().toString());
                        if (work.name().contains(only)) {
                            results.add(compare(work, target.energy(loaded), loaded.manager()));
                            listener.accept(results.get(results.size() - 1));
                        }
                    }
                }
            }
        }
        return results;
    }

    private Result compare(SamplerWork work, EnergyFunction energy, NDManager manager) throws IOException {
        List<String> command =
                List.of(python.toString(), peers.resolve("samplers.py").toString(), "blackjax");
        Speed[] ours = new Speed[rounds];
        Speed[] theirs = new Speed[rounds];
        Path file = Files.createTempFile("draws", ".f4");
        try (Peer peer = Peer.start(command, work.toJson(), Runtime.getRuntime().availableProcessors())) {
            // The first run compiles the loops.
            run(work, energy, manager, 0);
            for (int round = 0; round < rounds; round++) {
                ours[round] = speed(run(work, energy, manager, round + 1), work);
                double seconds = peer.measure(round + 1 + " " + file);
                Draws drawn = read(file, work, energy.dimension(), seconds);
                requireSame(energy, drawn, manager);
                theirs[round] = speed(drawn, work);
            }
        } finally {
            Files.deleteIfExists(file);
        }
        double[] energyRatios = new double[rounds];
        double[] worstRatios = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            energyRatios[round] = ours[round].energy() / theirs[round].energy();
            worstRatios[round] = ours[round].worst() / theirs[round].worst();
        }
        return new Result(
                work.target(),
                work.sampler(),
                work.chains(),
                median(ours),
                median(theirs),
                Comparisons.median(energyRatios),
                Comparisons.median(worstRatios));
    }

    private static Draws run(SamplerWork work, EnergyFunction energy, NDManager manager, int seed) {
        RandomSource random = RandomSource.of(seed);
        long[] start = new long[1];
        try (NDArray initial = new StandardNormal(energy.dimension()).sample(manager, work.chains(), random);
                SampleRun run = Sampler.of(work.kernel(energy), work.config()).run(initial, random, done -> {
                    if (done == work.warmUp()) {
                        start[0] = System.nanoTime();
                    }
                })) {
            // The draws may still be under way on the device: reading them waits for them.
            float[] positions = run.positions().toFloatArray();
            float[] energies = run.energies().toFloatArray();
            return new Draws(positions, energies, (System.nanoTime() - start[0]) / 1e9);
        }
    }

    private static Draws read(Path file, SamplerWork work, int dimension, double seconds) throws IOException {
        FloatBuffer values = ByteBuffer.wrap(Files.readAllBytes(file))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        int states = work.draws() * work.chains();
        if (values.remaining() != states * (dimension + 1)) {
            throw new IOException("expected " + states + " states of " + dimension
                    + " coordinates from the peer, found " + values.remaining() + " numbers");
        }
        float[] positions = new float[states * dimension];
        float[] energies = new float[states];
        for (int state = 0; state < states; state++) {
            energies[state] = values.get();
            values.get(positions, state * dimension, dimension);
            if (!Float.isFinite(energies[state])) {
                throw new IOException("expected finite energies from the peer, found " + energies[state]);
            }
        }
        return new Draws(positions, energies, seconds);
    }

    /** Checks that the peer's energy is this library's, up to a constant. */
    private static void requireSame(EnergyFunction energy, Draws drawn, NDManager manager) throws IOException {
        int d = energy.dimension();
        int states = Math.min(1000, drawn.energies().length);
        float[] positions = Arrays.copyOf(drawn.positions(), states * d);
        float[] ours = Scope.compute(() ->
                energy.energy(manager.create(positions, new Shape(states, d))).toFloatArray());
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (int state = 0; state < states; state++) {
            double difference = ours[state] - drawn.energies()[state];
            least = Math.min(least, difference);
            most = Math.max(most, difference);
        }
        if (!(most - least <= TOLERANCE)) {
            throw new IOException("the peer's energy differs: the difference ranges from " + least + " to " + most);
        }
    }

    private static Speed speed(Draws drawn, SamplerWork work) {
        int d = drawn.positions().length / drawn.energies().length;
        int chains = work.chains();
        ChainDiagnostics energy = ChainDiagnostics.of(ChainDiagnostics.byChain(drawn.energies(), chains, 1, 0));
        double rHat = energy.rHat();
        double worst = Double.POSITIVE_INFINITY;
        for (int i = 0; i < d; i++) {
            ChainDiagnostics coordinate =
                    ChainDiagnostics.of(ChainDiagnostics.byChain(drawn.positions(), chains, d, i));
            rHat = Math.max(rHat, coordinate.rHat());
            worst = Math.min(worst, coordinate.bulkEffectiveSampleSize());
        }
        return new Speed(energy.bulkEffectiveSampleSize() / drawn.seconds(), worst / drawn.seconds(), rHat);
    }

    private static Speed median(Speed[] speeds) {
        return new Speed(median(speeds, Speed::energy), median(speeds, Speed::worst), median(speeds, Speed::rHat));
    }

    private static double median(Speed[] speeds, ToDoubleFunction<Speed> figure) {
        return Comparisons.median(Arrays.stream(speeds).mapToDouble(figure).toArray());
    }
}
