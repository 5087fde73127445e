package io.github.mnistebm.condition;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.morphology.Measure;
import io.github.mnistebm.morphology.Morphology;
import io.github.mnistebm.tensor.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A condition on images rather than on latents. A measure is that of the image. A digit is asked for with success where the networks give it, or
 * one of several digits, a probability of at least {@value #SURE}, given the latent: an image that they cannot read for sure meets no condition on
 * digits. Other conditions count as their energies say. Several threads may use it at once.
 */
public final class MeasuredCondition {

    /** The least probability of a digit that is asked for. */
    public static final double SURE = 0.9;

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
        boolean read = expansion.formula().variables().anyMatch(Expansion.DIGIT::equals);
        Morphology[] morphologies = measured ? Morphology.ofAll(images.toByteArray()) : null;
        float[] classes = read
                ? Scope.compute(() -> subject.networks().probabilities(latents).toFloatArray())
                : null;
        Map<Formula, List<Long>> rows = new LinkedHashMap<>();
        int n = (int) latents.getShape().get(0);
        for (int i = 0; i < n; i++) {
            int row = i;
            Formula rest = expansion.formula().with((variable, cells) -> {
                if (variable instanceof Measure measure) {
                    return Optional.of(cells.get(expansion.cell(measure, morphologies[row].value(measure))));
                }
                if (!variable.equals(Expansion.DIGIT)) {
                    return Optional.empty();
                }
                int first = row * classes.length / n;
                return Optional.of(
                        cells.stream().mapToDouble(c -> classes[first + c]).sum() >= SURE);
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
}
