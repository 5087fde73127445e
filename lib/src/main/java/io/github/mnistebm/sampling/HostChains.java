package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Chains that move by plain loops in Java, split over the cores. */
final class HostChains implements Chains {

    /** The shortest row of chains that vector instructions work well on; half as many take 1.3 times the time each. */
    private static final int MIN_LANES = 64;

    /** Of longer rows more goes into vector instructions: 8192 chains on 256 units take 0.56 times the time of rows of 64. */
    static final int MAX_LANES = 256;

    private static final int CORES = Runtime.getRuntime().availableProcessors();

    /** Multiplications in a step that are worth another thread: with fewer, two threads take as long as one. */
    private static final long WORTH_A_THREAD = 1_000_000;

    private final NDManager owner;
    private final TransitionKernel kernel;
    private final StepSizeAdaptation.Bounded stepSize;
    private HostKernel host;
    private HostBlock[] blocks;
    private List<HostKernel.Stepper> steppers;
    private int chains;
    private double jumpAcceptance;
    private int steps;
    private int jumps;
    private long index;

    HostChains(NDManager owner, TransitionKernel kernel, double stepSize, double targetAcceptance) {
        this.owner = owner;
        this.kernel = kernel;
        this.stepSize = new StepSizeAdaptation.Bounded(stepSize, targetAcceptance);
    }

    @Override
    public void start(NDArray positions) {
        ChainState.requireDimension(kernel.energy(), positions);
        int d = kernel.energy().dimension();
        host = kernel.onHost().orElseThrow();
        chains = Math.toIntExact(positions.getShape().get(0));
        int forEachCore = Math.min(MAX_LANES, (chains + CORES - 1) / CORES);
        // Large energies are evaluated for one chain after the other.
        boolean inRows = host.energy().multiplications() <= SMALL_ENERGY;
        int chainsInBlock = inRows ? Math.max(MIN_LANES, forEachCore) : forEachCore;
        blocks = new HostBlock[(chains + chainsInBlock - 1) / chainsInBlock];
        SplittableRandom random = new SplittableRandom(seed());
        for (int b = 0; b < blocks.length; b++) {
            int first = b * chainsInBlock;
            blocks[b] = new HostBlock(first, Math.min(chainsInBlock, chains - first), chainsInBlock, random.split(), d);
        }
        steppers = steppers(chainsInBlock);
        float[] states = positions.toFloatArray();
        inParts(part -> {
            HostEnergy.Evaluator evaluator = host.energy().evaluator(chainsInBlock);
            forEachBlock(part, block -> {
                block.start(states);
                evaluator.energyAndGradient(block.chains, block.positions, block.energies, block.gradients);
            });
        });
        resetAcceptance();
    }

    /** From the engine's random numbers, so that one seed of the user's gives all. */
    private long seed() {
        try (NDArray drawn = owner.randomInteger(0, Integer.MAX_VALUE, new Shape(2), DataType.INT64)) {
            long[] words = drawn.toLongArray();
            return words[0] << 32 ^ words[1];
        }
    }

    private List<HostKernel.Stepper> steppers(int lanes) {
        long work = host.energy().multiplications() * chains;
        long threads = Math.min(Math.min(CORES, blocks.length), Math.max(1, work / WORTH_A_THREAD));
        List<HostKernel.Stepper> made = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            made.add(host.stepper(lanes));
        }
        return made;
    }

    @Override
    public void resumeAfter(long steps) {
        index = steps;
    }

    @Override
    public void step() {
        float size = (float) stepSize.value();
        boolean jump = host.jumps(index);
        inParts(part -> {
            HostKernel.Stepper stepper = steppers.get(part);
            forEachBlock(part, block -> {
                stepper.step(block, size, index);
                if (!jump) {
                    block.countAcceptance();
                }
            });
        });
        index++;
        if (jump) {
            jumps++;
            jumpAcceptance += meanOfLastStep();
        } else {
            steps++;
        }
    }

    /** Does something for each part of the blocks, each on a thread of its own. */
    private void inParts(IntConsumer action) {
        if (steppers.size() == 1) {
            action.accept(0);
        } else {
            IntStream.range(0, steppers.size()).parallel().forEach(action);
        }
    }

    private void forEachBlock(int part, Consumer<HostBlock> action) {
        int from = (int) ((long) blocks.length * part / steppers.size());
        int to = (int) ((long) blocks.length * (part + 1) / steppers.size());
        for (int b = from; b < to; b++) {
            action.accept(blocks[b]);
        }
    }

    private double meanOfLastStep() {
        double sum = 0;
        for (HostBlock block : blocks) {
            sum += block.lastAcceptance();
        }
        return sum / chains;
    }

    @Override
    public void adapt(double gain) {
        if (index > 0 && !host.jumps(index - 1) && kernel.rejects()) {
            stepSize.update(meanOfLastStep(), gain);
        }
    }

    @Override
    public void resetAcceptance() {
        for (HostBlock block : blocks) {
            block.forgetAcceptance();
        }
        jumpAcceptance = 0;
        steps = 0;
        jumps = 0;
    }

    @Override
    public NDArray positions() {
        int d = host.energy().dimension();
        float[] states = new float[chains * d];
        inParts(part -> forEachBlock(part, block -> block.copyPositions(states)));
        return owner.create(states, new Shape(chains, d));
    }

    @Override
    public NDArray energies() {
        float[] values = new float[chains];
        for (HostBlock block : blocks) {
            System.arraycopy(block.energies, 0, values, block.first, block.chains);
        }
        return owner.create(values);
    }

    @Override
    public NDArray acceptanceRate() {
        float[] values = new float[chains];
        for (HostBlock block : blocks) {
            for (int lane = 0; lane < block.chains; lane++) {
                values[block.first + lane] = (float) (block.acceptanceSums[lane] / Math.max(1, steps));
            }
        }
        return owner.create(values);
    }

    @Override
    public double jumpAcceptanceRate() {
        return jumpAcceptance / jumps;
    }

    @Override
    public double stepSize() {
        return stepSize.value();
    }

    @Override
    public void close() {
        // Java arrays only.
    }
}
