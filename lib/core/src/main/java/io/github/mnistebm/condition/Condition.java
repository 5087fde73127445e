package io.github.mnistebm.condition;

import com.google.gson.JsonElement;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.morphology.Measure;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A condition on what a model draws. Its energy is −log p(condition | u), a function of the latent u; added to the model's energy, it gives
 * the conditional distribution.
 *
 * <pre>{@code
 * Condition condition = Condition.digit(3).or(Condition.digit(8))
 *         .and(Condition.thickness().above(4))
 *         .and(Condition.slant().between(-30, -10).not());
 * TiltedEnergy energy = model.given(condition);
 * }</pre>
 *
 * <p>Given the latent, conditions on different things count as independent, so that <em>and</em> multiplies probabilities, <em>or</em> of
 * two has the probability p + q − p q, and <em>not</em> has 1 − p. Digits are exclusive: 3 or 8 has the sum of both probabilities, and 3 and 8 is
 * refused. Conditions are immutable.
 */
public interface Condition {

    /**
     * Returns the energy of this condition for a model.
     *
     * @param subject the model
     * @return −log p(condition | u) in nats
     * @throws IllegalStateException if the model lacks the networks that this takes
     * @throws IllegalArgumentException if the model has no such class, or the condition leaves nothing or everything
     */
    EnergyFunction energy(Subject subject);

    /**
     * Returns the opposite of this condition.
     *
     * @return a condition of energy −log(1 − p)
     */
    Condition not();

    /**
     * Returns the condition that both hold, whose energy is the sum of both.
     *
     * @param other another condition
     * @return both
     * @throws IllegalArgumentException if both are about the digit and have none in common
     */
    default Condition and(Condition other) {
        return new Both(this, other);
    }

    /**
     * Returns the condition that one of the two holds, or both: log p is the log-sum-exp of log p and log q + log(1 − p).
     *
     * @param other another condition
     * @return either
     */
    default Condition or(Condition other) {
        return new Either(this, other);
    }

    /**
     * Returns a mixture of two conditional distributions: the energy −log(w e^{−V} + (1 − w) e^{−W}) of the energies V and W of the
     * two, a log-sum-exp with prior weights. Where the two exclude each other, such as digits, draws of the first are w / (1 − w) times as
     * frequent, compared with the model's own shares.
     *
     * @param weight w, the prior weight of this condition; in (0, 1)
     * @param other another condition
     * @return the mixture
     * @throws IllegalArgumentException if the weight is out of range
     */
    default Condition or(double weight, Condition other) {
        return new Mixture(this, other, weight);
    }

    /**
     * Returns the condition that an image shows a digit, or an object of a class.
     *
     * @param digit the digit or the index of the class
     * @return the condition
     * @throws IllegalArgumentException if it is negative
     */
    static Condition digit(int digit) {
        SortedSet<Integer> digits = new TreeSet<>();
        digits.add(digit);
        return new Digits(digits, false);
    }

    /**
     * Begins a condition on a measure of the decoded image.
     *
     * @param measure the measure
     * @return its conditions
     */
    static OfMeasure measure(Measure measure) {
        return new OfMeasure(measure);
    }

    /**
     * Begins a condition on stroke thickness, in pixels.
     *
     * @return its conditions
     */
    static OfMeasure thickness() {
        return measure(Measure.THICKNESS);
    }

    /**
     * Begins a condition on slant, in degrees, positive to the right.
     *
     * @return its conditions
     */
    static OfMeasure slant() {
        return measure(Measure.SLANT);
    }

    /**
     * Begins a condition on width, in pixels.
     *
     * @return its conditions
     */
    static OfMeasure width() {
        return measure(Measure.WIDTH);
    }

    /**
     * Begins a condition on height, in pixels.
     *
     * @return its conditions
     */
    static OfMeasure height() {
        return measure(Measure.HEIGHT);
    }

    /**
     * Begins a condition on stroke length, in pixels.
     *
     * @return its conditions
     */
    static OfMeasure length() {
        return measure(Measure.LENGTH);
    }

    /**
     * Begins a condition on white area, in square pixels.
     *
     * @return its conditions
     */
    static OfMeasure area() {
        return measure(Measure.AREA);
    }

    /**
     * Makes a condition of an energy on latents.
     *
     * @param energy −log p(condition | u), or, if the condition is not to be negated, any energy of the model's dimension
     * @return the condition
     */
    static Condition ofLatents(EnergyFunction energy) {
        return new OwnEnergy(energy, false);
    }

    /**
     * Makes a condition of an energy on decoded images.
     *
     * @param energy a function of the logits of the probabilities of white pixels, {@code [n, 784]}: −log p(condition | pixels), or, if the
     *     condition is not to be negated, any energy
     * @return the condition
     * @throws IllegalArgumentException if the energy is not of dimension 784
     */
    static Condition ofPixels(EnergyFunction energy) {
        return new PixelEnergy(energy, false);
    }

    /**
     * Returns the condition that some pixels are as in an image: −Σ log p(xᵢ | u) over the known pixels i.
     *
     * @param pixels 0 for black, any other value for white, row by row, {@code [784]}
     * @param known 0 where a pixel does not matter, {@code [784]}
     * @return the condition
     * @throws IllegalArgumentException if there are not 784 of each
     */
    static Condition pixels(byte[] pixels, byte[] known) {
        if (pixels.length != DigitImages.PIXELS || known.length != DigitImages.PIXELS) {
            throw new IllegalArgumentException("pixels: expected " + DigitImages.PIXELS + " and as many known, found "
                    + pixels.length + " and " + known.length);
        }
        return ofPixels(KnownPixels.of(pixels, known));
    }

    /**
     * Reads a condition, such as {@code 3 or 8, slant < -10, not bold}. A comma means <em>and</em>, and binds less than <em>or</em>, this less than
     * the word <em>and</em>; {@code not} and brackets bind most. A digit stands for itself. A measure (thickness, slant, width, height,
     * length, area) is followed by {@code <} or {@code >} and a number, or by {@code between} and two numbers with {@code and}. Words mean
     * quantiles of the training images: {@code bold}, {@code slanted} (to the right) and {@code wide} more than 80 % of them, {@code thin}
     * less than 80 %.
     *
     * @param text the condition
     * @return the condition
     * @throws IllegalArgumentException if it cannot be read; the message points at the place
     */
    static Condition parse(String text) {
        return ConditionText.read(text);
    }

    /**
     * Reads a condition in JSON: a text as {@link #parse} reads it, a digit, or an object {@code {"digit": 3}}, {@code {"word": "bold"}}, {@code {"measure": "slant",
     * "above": -30, "below": -10}} with one or both ends, {@code {"and": [...]}}, {@code {"or": [...]}} or {@code {"not": ...}}.
     *
     * @param name the name of the value in messages
     * @param json the value
     * @return the condition
     * @throws InvalidConditionException if it cannot be read; the message names the place
     */
    static Condition of(String name, JsonElement json) {
        return ConditionTree.read(name, json, 0);
    }

    /** The conditions on one measure. */
    final class OfMeasure {
        private final Measure measure;

        private OfMeasure(Measure measure) {
            this.measure = measure;
        }

        /**
         * Returns the condition that the measure exceeds a value.
         *
         * @param value the value, in the measure's unit
         * @return the condition
         * @throws IllegalArgumentException if the value is not finite
         */
        public Condition above(double value) {
            return new Interval(measure, value, Double.POSITIVE_INFINITY);
        }

        /**
         * Returns the condition that the measure is less than a value.
         *
         * @param value the value, in the measure's unit
         * @return the condition
         * @throws IllegalArgumentException if the value is not finite
         */
        public Condition below(double value) {
            return new Interval(measure, Double.NEGATIVE_INFINITY, value);
        }

        /**
         * Returns the condition that the measure is between two values.
         *
         * @param low the lower one, in the measure's unit
         * @param high the higher one
         * @return the condition
         * @throws IllegalArgumentException if a value is not finite, or the first is not lower
         */
        public Condition between(double low, double high) {
            return new Interval(measure, low, high);
        }

        /**
         * Returns the condition that the measure is greater than that of a share of the training images.
         *
         * @param share the share; in (0, 1)
         * @return the condition
         * @throws IllegalArgumentException if the share is out of range
         */
        public Condition aboveQuantile(double share) {
            return new Quantile(measure, share, true);
        }

        /**
         * Returns the condition that the measure is less than the value that a share of the training images has not reached.
         *
         * @param share the share; in (0, 1)
         * @return the condition
         * @throws IllegalArgumentException if the share is out of range
         */
        public Condition belowQuantile(double share) {
            return new Quantile(measure, share, false);
        }
    }
}
