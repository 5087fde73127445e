package io.github.mnistebm.web;

import io.github.mnistebm.condition.ConditionNetworks;
import io.github.mnistebm.condition.Word;
import io.github.mnistebm.morphology.Measure;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The choices for conditions on a model's digits.
 *
 * @param classes the name of each class in conditions
 * @param measures the measures, with their distributions over the training images
 * @param words the words for conditions on measures
 */
record Scales(List<String> classes, List<Scale> measures, List<Meaning> words) {

    static final int BINS = 40;

    /** The share of the training images beyond each end of a scale. */
    private static final double LEFT_OUT = 0.005;

    private static final int PERCENT = 100;

    /**
     * A measure's distribution over the training images.
     *
     * @param name its name in conditions
     * @param unit its unit
     * @param least the lower end of the scale
     * @param greatest the higher end
     * @param quantiles those of 0 to 100 %
     * @param histogram the share of the images in each of {@value #BINS} equal parts of the scale
     */
    record Scale(String name, String unit, double least, double greatest, double[] quantiles, double[] histogram) {

        static Scale of(ConditionNetworks networks, Measure measure) {
            double least = networks.quantile(measure, LEFT_OUT);
            double greatest = networks.quantile(measure, 1 - LEFT_OUT);
            return new Scale(
                    measure.toString(),
                    measure.unit(),
                    least,
                    greatest,
                    IntStream.rangeClosed(0, PERCENT)
                            .mapToDouble(i -> networks.quantile(measure, (double) i / PERCENT))
                            .toArray(),
                    IntStream.range(0, BINS)
                            .mapToDouble(i -> networks.share(measure, least + (i + 1) * (greatest - least) / BINS)
                                    - networks.share(measure, least + i * (greatest - least) / BINS))
                            .toArray());
        }
    }

    /**
     * A word and its meaning.
     *
     * @param word the word
     * @param measure the measure
     * @param above the value that the measure exceeds; null if there is none
     * @param below the value that the measure stays below; null if there is none
     */
    record Meaning(String word, String measure, Double above, Double below) {

        static Meaning of(ConditionNetworks networks, Word word) {
            double value = networks.quantile(word.measure(), word.share());
            return new Meaning(
                    word.toString(),
                    word.measure().toString(),
                    word.isAbove() ? value : null,
                    word.isAbove() ? null : value);
        }
    }

    static Scales of(ConditionNetworks networks) {
        return new Scales(
                IntStream.range(0, networks.classes()).mapToObj(String::valueOf).toList(),
                Stream.of(Measure.values())
                        .map(measure -> Scale.of(networks, measure))
                        .toList(),
                Stream.of(Word.values()).map(word -> Meaning.of(networks, word)).toList());
    }
}
