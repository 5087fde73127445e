package io.github.mnistebm.evaluation.anomaly;

import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The division of a data set for the detection of a class that training has not seen: the normal images are those of all other classes,
 * and the anomalies are those of the class. Areas under the precision-recall curve grow with the share of anomalies, so those of
 * different splits are not comparable.
 */
public enum HeldOutSplit {

    /** Training on the normal training images, test on all test images. About one in ten of MNIST's is an anomaly. */
    TEST,

    /**
     * Training on 80 % of the normal images of both parts together, test on the other 20 % and on every anomaly: Zenati et al. 2018,
     * "Efficient GAN-based anomaly detection", whom most papers follow. The seed chooses the 80 %. About one in
     * three of MNIST's test images is an anomaly.
     */
    PAPERS;

    private static final double TRAINING_SHARE = 0.8;

    /**
     * The images of a split. Owns them: close it.
     *
     * @param train the normal images to train on
     * @param test the normal images and the anomalies to test on
     * @param label the label of the anomalies
     */
    public record Parts(DigitImages train, DigitImages test, int label) implements AutoCloseable {

        /**
         * Computes the share of anomalies among the test images, which is the area under the precision-recall curve of a score at random.
         *
         * @return in [0, 1]
         */
        public double shareOfAnomalies() {
            byte[] labels = test.labels();
            return (double) ofClass(labels, label, true).length / labels.length;
        }

        /**
         * Selects the scores of the normal test images.
         *
         * @param scores a score for each test image
         * @return those of the normal images, in their order
         * @throws IllegalArgumentException if there is not a score for each
         */
        public double[] usual(double[] scores) {
            return selected(scores, false);
        }

        /**
         * Selects the scores of the anomalies.
         *
         * @param scores a score for each test image
         * @return those of the anomalies, in their order
         * @throws IllegalArgumentException if there is not a score for each
         */
        public double[] anomalies(double[] scores) {
            return selected(scores, true);
        }

        private double[] selected(double[] scores, boolean anomalies) {
            if (scores.length != test.size()) {
                throw new IllegalArgumentException(
                        "scores: expected one for each of " + test.size() + " test images, found " + scores.length);
            }
            return Arrays.stream(ofClass(test.labels(), label, anomalies))
                    .mapToDouble(i -> scores[i])
                    .toArray();
        }

        @Override
        public void close() {
            train.close();
            test.close();
        }
    }

    /**
     * Divides a data set.
     *
     * @param train the training images
     * @param test the test images
     * @param label the label of the class that training is not to see
     * @param random the source of randomness that chooses images, where the split does
     * @return copies of the images
     * @throws IllegalArgumentException if there is no such class
     */
    public Parts of(DigitImages train, DigitImages test, int label, RandomSource random) {
        train.dataSet().requireLabel(label);
        return switch (this) {
            case TEST -> new Parts(train.without(label), test.first(test.size()), label);
            case PAPERS -> {
                try (DigitImages all = train.and(test)) {
                    byte[] labels = all.labels();
                    int[] normal = shuffled(ofClass(labels, label, false), random.forLoops());
                    int kept = (int) (TRAINING_SHARE * normal.length);
                    int[] rest = Arrays.copyOfRange(normal, kept, normal.length);
                    int[] tested = IntStream.concat(Arrays.stream(rest), Arrays.stream(ofClass(labels, label, true)))
                            .toArray();
                    yield new Parts(all.select(Arrays.copyOf(normal, kept)), all.select(tested), label);
                }
            }
        };
    }

    private static int[] shuffled(int[] numbers, SplittableRandom random) {
        for (int i = numbers.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = numbers[i];
            numbers[i] = numbers[j];
            numbers[j] = kept;
        }
        return numbers;
    }

    /** The images of the class, or of all others. */
    private static int[] ofClass(byte[] labels, int label, boolean is) {
        return IntStream.range(0, labels.length)
                .filter(i -> ((labels[i] & 0xff) == label) == is)
                .toArray();
    }
}
