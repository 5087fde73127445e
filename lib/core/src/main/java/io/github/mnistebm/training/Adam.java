package io.github.mnistebm.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Adam (Kingma &amp; Ba 2015, algorithm 1) on one contiguous parameter vector, in place.
 *
 * <p>On a processor an update is one pass over the memory of parameters, gradient and moments, where tensor operations make ten.
 */
public final class Adam implements AutoCloseable {

    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    private final NDManager manager;
    private final NDArray parameters;
    /** The moments of a processor's loops; null on another device. */
    private final HostMoments host;

    /** On a processor a copy, made when it is first asked for. */
    private NDArray mean;

    private NDArray variance;
    private long updates;

    /**
     * Creates an optimizer with moments of zero and the paper's defaults: β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸.
     *
     * @param parameters the parameters to update, {@code [p]}; not closed with this object
     */
    public Adam(NDArray parameters) {
        this(parameters, !parameters.getDevice().isGpu());
    }

    /** Creates an optimizer that uses loops on the processor, or tensor operations, which work on a processor too. */
    Adam(NDArray parameters, boolean inLoops) {
        this.manager = parameters.getManager().newSubManager();
        this.parameters = parameters;
        this.host = inLoops ? new HostMoments((int) parameters.size()) : null;
        if (host == null) {
            makeArrays();
        }
    }

    private void makeArrays() {
        mean = manager.zeros(parameters.getShape());
        variance = manager.zeros(parameters.getShape());
        // A surrounding scope must not close what lives as long as this object.
        NDScope.unregister(mean, variance);
    }

    /**
     * Returns what the next update depends on, beside the parameters and the number of updates, as it is now.
     *
     * @return both moments by name, {@code [p]}; they stay this object's
     */
    public Map<String, NDArray> moments() {
        if (mean == null) {
            makeArrays();
        }
        if (host != null) {
            host.write(memory(mean), memory(variance));
        }
        return Map.of("adam.mean", mean, "adam.variance", variance);
    }

    /**
     * Goes on after updates that were made elsewhere, with the moments that they left in the arrays of {@link #moments}.
     *
     * @param done the number of steps done
     */
    public void resumeAfter(long done) {
        if (host != null && mean != null) {
            host.read(memory(mean), memory(variance));
        }
        updates = done;
    }

    /**
     * Moves the parameters one step against the gradient.
     *
     * @param gradient the gradient of the loss: contiguous arrays which one after the other are of the size of the parameters
     * @param learningRate the step, before Adam's normalization
     * @throws IllegalArgumentException if the sizes differ
     */
    public void update(List<NDArray> gradient, double learningRate) {
        long size = gradient.stream().mapToLong(NDArray::size).sum();
        if (size != parameters.size()) {
            throw new IllegalArgumentException("gradient: expected " + parameters.size() + " values, found " + size);
        }
        updates++;
        double step = learningRate / (1 - Math.pow(BETA1, updates));
        double varianceCorrection = 1 - Math.pow(BETA2, updates);
        if (host != null) {
            List<FloatBuffer> gradients = gradient.stream().map(Adam::memory).toList();
            host.update(memory(parameters), gradients, (float) step, (float) (1 / varianceCorrection));
        } else {
            updateOnDevice(gradient, step, varianceCorrection);
        }
    }

    private void updateOnDevice(List<NDArray> gradient, double step, double varianceCorrection) {
        Scope.run(() -> {
            NDList parts = new NDList();
            gradient.forEach(part -> parts.add(part.flatten()));
            NDArray whole = NDArrays.concat(parts);
            mean.muli(scalar(BETA1)).addi(whole.mul(scalar(1 - BETA1)));
            variance.muli(scalar(BETA2)).addi(whole.square().muli(scalar(1 - BETA2)));
            NDArray scale = variance.div(scalar(varianceCorrection)).sqrt().addi(scalar(EPSILON));
            parameters.subi(mean.mul(scalar(step)).divi(scale));
        });
    }

    private NDArray scalar(double value) {
        return Tensors.scalar(manager, value);
    }

    /** The array's own memory. */
    private static FloatBuffer memory(NDArray array) {
        return array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    /**
     * Both moments in Java arrays, cut into pieces: of a loop over arrays with one index the just-in-time compiler makes vector
     * instructions, of one over direct buffers, or with two indices, it does not. Parameters and gradients are copied to and fro
     * piece by piece, through the processor's cache.
     */
    private static final class HostMoments {
        private static final int PIECE = 1024;

        /** The least work that is worth waking another thread for. */
        private static final int WORTH_A_THREAD = 250_000;

        private final int size;
        private final float[][] means;
        private final float[][] variances;

        HostMoments(int size) {
            this.size = size;
            int pieces = (size + PIECE - 1) / PIECE;
            this.means = new float[pieces][PIECE];
            this.variances = new float[pieces][PIECE];
        }

        void write(FloatBuffer allMeans, FloatBuffer allVariances) {
            for (int piece = 0; piece < means.length; piece++) {
                allMeans.put(piece * PIECE, means[piece], 0, length(piece));
                allVariances.put(piece * PIECE, variances[piece], 0, length(piece));
            }
        }

        void read(FloatBuffer allMeans, FloatBuffer allVariances) {
            for (int piece = 0; piece < means.length; piece++) {
                allMeans.get(piece * PIECE, means[piece], 0, length(piece));
                allVariances.get(piece * PIECE, variances[piece], 0, length(piece));
            }
        }

        private int length(int piece) {
            return Math.min(PIECE, size - piece * PIECE);
        }

        void update(FloatBuffer parameters, List<FloatBuffer> gradients, float step, float varianceFactor) {
            int threads = size < WORTH_A_THREAD ? 1 : Runtime.getRuntime().availableProcessors();
            IntStream numbers = IntStream.range(0, threads);
            (threads > 1 ? numbers.parallel() : numbers).forEach(thread -> {
                float[] parameter = new float[PIECE];
                float[] gradient = new float[PIECE];
                int to = (int) ((long) means.length * (thread + 1) / threads);
                for (int piece = (int) ((long) means.length * thread / threads); piece < to; piece++) {
                    int start = piece * PIECE;
                    parameters.get(start, parameter, 0, length(piece));
                    gather(gradients, start, gradient, length(piece));
                    update(parameter, means[piece], variances[piece], gradient, step, varianceFactor);
                    parameters.put(start, parameter, 0, length(piece));
                }
            });
        }

        /** Reads a range of what the parts hold one after the other. */
        private static void gather(List<FloatBuffer> parts, int from, float[] target, int length) {
            int begin = 0;
            for (FloatBuffer part : parts) {
                int end = begin + part.capacity();
                int first = Math.max(begin, from);
                int last = Math.min(end, from + length);
                if (first < last) {
                    part.get(first - begin, target, first - from, last - first);
                }
                begin = end;
            }
        }

        private static void update(
                float[] parameters,
                float[] means,
                float[] variances,
                float[] gradients,
                float step,
                float varianceFactor) {
            for (int i = 0; i < PIECE; i++) {
                float gradient = gradients[i];
                float mean = (float) BETA1 * means[i] + (float) (1 - BETA1) * gradient;
                float variance = (float) BETA2 * variances[i] + (float) (1 - BETA2) * gradient * gradient;
                means[i] = mean;
                variances[i] = variance;
                parameters[i] -= step * mean / ((float) Math.sqrt(variance * varianceFactor) + (float) EPSILON);
            }
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
