package io.github.mnistebm.condition;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.morphology.Measure;
import io.github.mnistebm.morphology.Morphology;
import io.github.mnistebm.tensor.Scope;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A condition on images rather than on latents. A measure is that of the image. An image shows a digit, or one of several, if the networks give
 * it a probability of at least {@value #SURE}, given the latent: an image that they cannot read for sure meets no condition on digits. Other conditions count as their energies say. Several threads may use it at once.
 */
public final class MeasuredCondition {

    /** The least probability of a digit that is asked for. */
    public static final double SURE = 0.98;

    private final Subject subject;
    private final Expansion expansion;

    private MeasuredCondition(Subject subject, Expansion expansion) {
        this.subject = subject;
        this.expansion = expansion;
    }

    /**
     * Makes a condition on a model one on its images.
     *
     * @param condition the condition
     * @param subject the model
     * @return the condition on images
     * @throws IllegalStateException if the model lacks the networks that this takes
     * @throws IllegalArgumentException if the model has no such class
     */
    public static MeasuredCondition of(Condition condition, Subject subject) {
        return new MeasuredCondition(subject, Expansion.of(condition, subject));
    }

    /**
     * Computes the logarithms of the probabilities that the condition is met.
     *
     * @param latents u, {@code [n, d]}
     * @param images the most probable image of each latent, unsigned bytes 0 and 1, {@code [n, 784]}
     * @return n numbers: without conditions that energies state, 0 where an image meets the condition and minus infinity elsewhere
     */
    public double[] logProbabilities(NDArray latents, NDArray images) {
        boolean measured = expansion.formula().variables().anyMatch(any -> any instanceof Measure);
        return logProbabilities(latents, measured ? Morphology.ofAll(images.toByteArray()) : null);
    }

    /**
     * Like {@link #logProbabilities(NDArray, NDArray)}, where the measures of the images are known already.
     *
     * @param latents u, {@code [n, d]}
     * @param morphologies the measures of the most probable image of each latent, n of them; not read if the condition has none
     * @return n numbers
     */
    public double[] logProbabilities(NDArray latents, Morphology[] morphologies) {
        boolean read = expansion.formula().variables().anyMatch(Expansion.DIGIT::equals);
        float[] classes = read
                ? Scope.compute(() -> subject.networks().probabilities(latents).toFloatArray())
                : null;
        Map<Formula, List<Long>> rows = new LinkedHashMap<>();
        int n = (int) latents.getShape().get(0);
        for (int i = 0; i < n; i++) {
            int row = i;
            Formula rest = rest(morphologies, row, digits -> {
                int first = row * (classes.length / n);
                return digits.stream().mapToDouble(c -> classes[first + c]).sum() >= SURE;
            });
            rows.computeIfAbsent(rest, any -> new ArrayList<>()).add((long) i);
        }
        double[] logProbabilities = new double[n];
        rows.forEach((rest, indices) -> {
            if (rest instanceof Formula.Constant constant) {
                indices.forEach(i -> logProbabilities[i.intValue()] = constant.value() ? 0 : Double.NEGATIVE_INFINITY);
                return;
            }
            long[] chosen = indices.stream().mapToLong(Long::longValue).toArray();
            float[] energies = Scope.compute(() -> expansion
                    .energy(rest)
                    .energy(latents.get(latents.getManager().create(chosen)))
                    .toFloatArray());
            for (int k = 0; k < chosen.length; k++) {
                logProbabilities[(int) chosen[k]] = -energies[k];
            }
        });
        return logProbabilities;
    }

    /**
     * Returns whether images of known digits meet the condition.
     *
     * @param morphologies the measures of the images
     * @param digits the digit of each image, unsigned bytes
     * @return n values
     * @throws IllegalArgumentException if there are not as many digits as images, or an energy states a part of the condition, which images alone
     *     cannot decide
     */
    public boolean[] met(Morphology[] morphologies, byte[] digits) {
        if (morphologies.length != digits.length) {
            throw new IllegalArgumentException("digits: expected " + morphologies.length + ", found " + digits.length);
        }
        boolean[] met = new boolean[digits.length];
        for (int i = 0; i < met.length; i++) {
            int digit = digits[i] & 0xff;
            if (!(rest(morphologies, i, asked -> asked.get(digit)) instanceof Formula.Constant constant)) {
                throw new IllegalArgumentException(
                        "condition: an energy states a part of it; expected digits and measures");
            }
            met[i] = constant.value();
        }
        return met;
    }

    /** Returns what is left of the formula for an image, whose digit a predicate knows. */
    private Formula rest(Morphology[] morphologies, int row, Predicate<BitSet> isOneOf) {
        return expansion.formula().with((variable, cells) -> {
            if (variable instanceof Measure measure) {
                return Optional.of(cells.get(expansion.cell(measure, morphologies[row].value(measure))));
            }
            return variable.equals(Expansion.DIGIT) ? Optional.of(isOneOf.test(cells)) : Optional.empty();
        });
    }
}
