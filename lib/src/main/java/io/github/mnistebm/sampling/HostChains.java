package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Chains that move by plain loops in Java, split over the cores. */
final class HostChains implements Chains {

    private static final int LANES = HostEnergy.LANES;

    /** Multiplications in a step that are worth waking another thread for: about 20 µs of work. */
    private static final long WORTH_A_THREAD = 300_000;

    private final NDManager owner;
    private final TransitionKernel kernel;
    private final StepSizeAdaptation.Bounded stepSize;
    private HostKernel host;
    private HostBlock[] blocks;
    private List<HostKernel.Stepper> steppers;
    private int chains;
    private double[] acceptance;
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
        Shape shape = positions.getShape();
        int d = kernel.energy().dimension();
        if (shape.dimension() != 2 || shape.get(1) != d) {
            throw new IllegalArgumentException("positions: expected shape (chains, " + d + "), found " + shape);
        }
        host = kernel.onHost().orElseThrow();
        chains = Math.toIntExact(shape.get(0));
        blocks = new HostBlock[(chains + LANES - 1) / LANES];
        float[] values = positions.toFloatArray();
        SplittableRandom random = new SplittableRandom(seed());
        for (int b = 0; b < blocks.length; b++) {
            blocks[b] = new HostBlock(random.split(), d);
            for (int lane = 0; lane < LANES; lane++) {
                // What runs in excess starts where the last chain does.
                int chain = Math.min(b * LANES + lane, chains - 1);
                for (int i = 0; i < d; i++) {
                    blocks[b].positions[i][lane] = values[chain * d + i];
                }
            }
        }
        HostEnergy.Evaluator evaluator = host.energy().evaluator();
        for (HostBlock block : blocks) {
            evaluator.energyAndGradient(block.positions, block.energies, block.gradients);
        }
        steppers = steppers();
        acceptance = new double[chains];
        resetAcceptance();
    }

    /** From the engine's random numbers, so that one seed of the user's gives all. */
    private long seed() {
        try (NDArray drawn = owner.randomInteger(0, Integer.MAX_VALUE, new Shape(2), DataType.INT64)) {
            long[] words = drawn.toLongArray();
            return words[0] << 32 ^ words[1];
        }
    }

    private List<HostKernel.Stepper> steppers() {
        long work = host.energy().multiplications() * LANES * blocks.length;
        long threads = Math.min(
                Math.min(Runtime.getRuntime().availableProcessors(), blocks.length),
                Math.max(1, work / WORTH_A_THREAD));
        List<HostKernel.Stepper> made = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            made.add(host.stepper());
        }
        return made;
    }

    @Override
    public void step() {
        float size = (float) stepSize.value();
        if (steppers.size() == 1) {
            stepPart(0, size);
        } else {
            IntStream.range(0, steppers.size()).parallel().forEach(part -> stepPart(part, size));
        }
        if (host.jumps(index++)) {
            jumps++;
            jumpAcceptance += meanOfLastStep();
        } else {
            steps++;
            for (int chain = 0; chain < chains; chain++) {
                acceptance[chain] += blocks[chain / LANES].acceptance[chain % LANES];
            }
        }
    }

    private void stepPart(int part, float size) {
        int from = (int) ((long) blocks.length * part / steppers.size());
        int to = (int) ((long) blocks.length * (part + 1) / steppers.size());
        for (int b = from; b < to; b++) {
            steppers.get(part).step(blocks[b], size, index);
        }
    }

    private double meanOfLastStep() {
        double sum = 0;
        for (int chain = 0; chain < chains; chain++) {
            sum += blocks[chain / LANES].acceptance[chain % LANES];
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
        Arrays.fill(acceptance, 0);
        jumpAcceptance = 0;
        steps = 0;
        jumps = 0;
    }

    @Override
    public NDArray positions() {
        int d = host.energy().dimension();
        float[] values = new float[chains * d];
        for (int chain = 0; chain < chains; chain++) {
            HostBlock block = blocks[chain / LANES];
            for (int i = 0; i < d; i++) {
                values[chain * d + i] = block.positions[i][chain % LANES];
            }
        }
        return owner.create(values, new Shape(chains, d));
    }

    @Override
    public NDArray energies() {
        float[] values = new float[chains];
        for (int chain = 0; chain < chains; chain++) {
            values[chain] = blocks[chain / LANES].energies[chain % LANES];
        }
        return owner.create(values);
    }

    @Override
    public NDArray acceptanceRate() {
        float[] values = new float[chains];
        for (int chain = 0; chain < chains; chain++) {
            values[chain] = (float) (acceptance[chain] / Math.max(1, steps));
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
