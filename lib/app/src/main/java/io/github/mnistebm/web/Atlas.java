package io.github.mnistebm.web;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.evaluation.DigitClassifier;
import io.github.mnistebm.landscape.ClassMeans;
import io.github.mnistebm.landscape.PrincipalPlane;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.model.TargetPool;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Facts about a model's draws: the class that each is read as, and the plane on which the means of the classes lie farthest apart.
 * Without a classifier it is the plane of the draws' own principal components.
 *
 * @param plane the plane
 * @param means the mean of the draws of each class; empty without a classifier
 * @param classes the names of the classes; empty without a classifier
 * @param states the draws, {@code [n * d]}
 * @param readings the class of each draw, and its probability; empty without a classifier
 */
record Atlas(
        PrincipalPlane plane,
        Optional<ClassMeans> means,
        List<String> classes,
        float[] states,
        List<Reading> readings) {

    static final int DRAWS = 1000;

    private static final double SURE = 0.9;

    /**
     * The class that an image is read as.
     *
     * @param as the name of the class
     * @param probability its probability, as the classifier sees it, in thousandths
     */
    record Reading(String as, double probability) {}

    static Atlas of(DigitModel model, TargetPool pool, Optional<DigitClassifier> classifier) {
        return Scope.compute(() -> {
            NDManager manager = model.manager().newSubManager();
            try (manager) {
                NDArray states = pool.choose(manager, model.energy(), DRAWS, RandomSource.of(1))
                        .positions();
                float[] values = states.toFloatArray();
                if (classifier.isEmpty()) {
                    return new Atlas(PrincipalPlane.of(states), Optional.empty(), List.of(), values, List.of());
                }
                List<Reading> readings = read(classifier.get(), model.decodeBinary(states));
                List<String> all = classifier.get().dataSet().classes();
                byte[] labels = new byte[readings.size()];
                for (int i = 0; i < labels.length; i++) {
                    labels[i] = (byte) all.indexOf(readings.get(i).as());
                }
                ClassMeans means = ClassMeans.of(states, labels);
                List<String> classes = means.classes().stream().map(all::get).toList();
                return new Atlas(PrincipalPlane.of(states, labels), Optional.of(means), classes, values, readings);
            }
        });
    }

    /** Reads images, 0 and 1, {@code [n, 784]}. */
    static List<Reading> read(DigitClassifier classifier, NDArray images) {
        return Scope.compute(() -> {
            NDArray probabilities = classifier.probabilities(images);
            long[] best = probabilities.argMax(1).toLongArray();
            float[] of = probabilities.max(new int[] {1}).toFloatArray();
            List<Reading> readings = new ArrayList<>();
            for (int i = 0; i < of.length; i++) {
                readings.add(new Reading(
                        classifier.dataSet().classes().get((int) best[i]), Math.round(1000.0 * of[i]) / 1000.0));
            }
            return readings;
        });
    }

    /** Chooses a draw that is read as a class for sure, or, where there is none, as that class at least. */
    NDArray draw(NDManager manager, String as, int seed) {
        int[] such = ofClass(as, SURE);
        int[] chosen = such.length > 0 ? such : ofClass(as, 0);
        int d = states.length / readings.size();
        int draw = chosen[Math.floorMod(seed, chosen.length)];
        float[] state = new float[d];
        System.arraycopy(states, draw * d, state, 0, d);
        return manager.create(state);
    }

    private int[] ofClass(String as, double sure) {
        return IntStream.range(0, readings.size())
                .filter(i -> readings.get(i).as().equals(as) && readings.get(i).probability() >= sure)
                .toArray();
    }
}
