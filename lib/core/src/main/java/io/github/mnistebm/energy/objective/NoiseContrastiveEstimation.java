package io.github.mnistebm.energy.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import io.github.mnistebm.density.ReferenceMeasure;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.Adam;
import io.github.mnistebm.training.TrainingHistory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Noise-contrastive estimation (Gutmann &amp; Hyvärinen 2010, "Noise-contrastive estimation: a new estimation principle for unnormalized
 * statistical models", section 2; with several draws of noise for each data point Gutmann &amp; Hyvärinen 2012, "Noise-contrastive
 * estimation of unnormalized statistical models, with applications to natural image statistics", section 2). A logistic regression
 * separates data from ν draws of the reference measure q for each. The model is p(u) = exp(−f(u) − c) q(u), so that q cancels from the
 * logit
 *
 * <pre>h(u) = log p(u) / (ν q(u)) = −f(u) − c − log ν</pre>
 *
 * and the loss is the mean over data of softplus(−h), plus ν times the mean over noise of softplus(h). Its derivative with respect to f is
 * (y − σ(h)) / n, where y is 1 for data and 0 for noise, and n the number of data points. The loss learns its constant c apart from
 * f, by an Adam of its own: at the optimum, c is log Z, the normalizing constant of exp(−f) q.
 *
 * @param draws ν, draws of the reference measure for each data point; at least 1
 */
public record NoiseContrastiveEstimation(int draws) implements EnergyLoss {

    /** c, on average over the epoch, a column of the history; an array of the training's state, {@code [1]}. */
    public static final String LOG_NORMALIZER = "log normalizer";

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public NoiseContrastiveEstimation {
        if (draws < 1) {
            throw new IllegalArgumentException("noise draws: must be at least 1, found " + draws);
        }
    }

    @Override
    public List<String> measures() {
        return List.of(LOSS, REFERENCE_LOSS, LOG_NORMALIZER);
    }

    @Override
    public LossEstimator begin(
            NDManager manager, TiltedEnergy energy, int batchSize, TrainingHistory before, RandomSource random) {
        return new Estimator(manager, energy.reference(), batchSize);
    }

    private final class Estimator implements LossEstimator {
        private final NDManager manager;
        private final ReferenceMeasure reference;
        private final long noise;
        /** 1 for each data point, 0 for each draw of noise. */
        private final NDArray labels;

        private final NDArray constant;
        private final NDArray share;
        private final NDArray logDraws;
        private final NDArray referenceLoss;
        private final Adam adam;

        Estimator(NDManager parent, ReferenceMeasure reference, int batchSize) {
            this.manager = parent.newSubManager();
            this.reference = reference;
            this.noise = (long) batchSize * draws;
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                this.labels = manager.ones(new Shape(batchSize)).concat(manager.zeros(new Shape(noise)));
                this.constant = manager.zeros(new Shape(1));
                this.share = Tensors.scalar(manager, 1.0 / batchSize);
                this.logDraws = Tensors.scalar(manager, Math.log(draws));
                this.referenceLoss =
                        manager.full(new Shape(1), (float) (Math.log1p(draws) + draws * Math.log1p(1.0 / draws)));
                NDScope.unregister(labels, constant, share, logDraws, referenceLoss);
            }
            this.adam = new Adam(constant);
        }

        private NDArray logits(NDArray tilts) {
            return tilts.add(constant).addi(logDraws).negi();
        }

        @Override
        public Batch batch(NDArray data, RandomSource random) {
            NDArray states = data.concat(reference.sample(manager, noise, random));
            return new Batch() {
                @Override
                public NDArray states() {
                    return states;
                }

                @Override
                public NDArray coefficients(NDArray tilts) {
                    return labels.sub(Activation.sigmoid(logits(tilts))).muli(share);
                }

                @Override
                public NDArray measures(NDArray tilts) {
                    NDArray logits = logits(tilts);
                    // softplus(−h) = softplus(h) − h
                    NDArray loss = Activation.softPlus(logits).sub(labels.mul(logits));
                    return NDArrays.concat(new NDList(loss.sum().muli(share).reshape(1), referenceLoss, constant));
                }

                /** The loss depends on f + c: the sum of its derivatives by f is that by c. */
                @Override
                public void update(NDArray tilts, double learningRate) {
                    adam.update(List.of(coefficients(tilts).sum().reshape(1)), learningRate);
                }
            };
        }

        @Override
        public Map<String, NDArray> state() {
            Map<String, NDArray> state = new LinkedHashMap<>();
            state.put(LOG_NORMALIZER, constant);
            adam.moments().forEach((name, moment) -> state.put(LOG_NORMALIZER + "." + name, moment));
            return state;
        }

        @Override
        public void resumeAfter(long updates) {
            adam.resumeAfter(updates);
        }

        @Override
        public void close() {
            adam.close();
            manager.close();
        }
    }
}
