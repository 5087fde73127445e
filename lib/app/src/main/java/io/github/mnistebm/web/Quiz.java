package io.github.mnistebm.web;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.evaluation.TwoSampleTest;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.io.IOException;
import java.util.List;

/**
 * Images of the data set among drawn ones, to be told apart.
 *
 * @param model the name of the model
 * @param seed the seed of the choice
 */
record Quiz(String model, int seed) {

    /** The number of images of each kind. */
    static final int EACH = 6;

    /**
     * The images, shuffled.
     *
     * @param images 0 and 1, {@code [12][28][28]}
     * @param real whether each is of the data set
     * @param expected the share that a nearest neighbour reads rightly ({@link TwoSampleTest}); null without a classifier
     */
    record Result(byte[][][] images, boolean[] real, Double expected) {}

    static Quiz read(String body, Models models) {
        Fields fields = Fields.of(body, List.of("model", "seed"));
        return new Quiz(models.chosen(fields), fields.integer("seed", Integer.MIN_VALUE, Integer.MAX_VALUE, 1));
    }

    Result run(Models models) throws IOException {
        DigitModel from = models.get(model);
        byte[] test = models.testImages(model);
        Double expected = models.expectedInQuiz(model);
        RandomSource random = RandomSource.of(seed);
        try (NDManager manager = from.manager().newSubManager()) {
            return Scope.compute(() -> {
                int count = test.length / DigitImages.PIXELS;
                long[] chosen = random.permutation(manager, count).toLongArray();
                NDArray states = models.pool(model)
                        .choose(manager, from.energy(), EACH, random)
                        .positions();
                byte[] drawn = from.decodeBinary(states).toByteArray();
                long[] order = random.permutation(manager, 2 * EACH).toLongArray();
                byte[] images = new byte[2 * EACH * DigitImages.PIXELS];
                boolean[] real = new boolean[2 * EACH];
                for (int i = 0; i < order.length; i++) {
                    int which = (int) order[i];
                    real[i] = which < EACH;
                    byte[] source = real[i] ? test : drawn;
                    int index = real[i] ? (int) chosen[which] : which - EACH;
                    System.arraycopy(
                            source, index * DigitImages.PIXELS, images, i * DigitImages.PIXELS, DigitImages.PIXELS);
                }
                return new Result(Pixels.nested(images), real, expected);
            });
        }
    }
}
