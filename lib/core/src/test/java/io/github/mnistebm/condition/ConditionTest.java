package io.github.mnistebm.condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.autoencoder.DecodedLogits;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.HostEnergy;
import io.github.mnistebm.morphology.Measure;
import io.github.mnistebm.morphology.Morphology;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The energy of a condition is −log of its probability, given the latent. */
class ConditionTest {

    private static final int DIMENSION = 5;
    private static final int STATES = 40;
    private static final int CLASSES = 10;

    private NDManager manager;
    private ConditionNetworks networks;
    private NDArray states;
    private NDArray decoder;
    private Subject subject;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        RandomSource random = RandomSource.of(1);
        networks = ConditionNetworks.zeros(manager, DIMENSION, CLASSES);
        networks.tensors()
                .forEach((name, tensor) ->
                        tensor.addi(random.normal(manager, tensor.getShape()).muli(0.15)));
        states = random.normal(manager, new Shape(STATES, DIMENSION)).mul(1.5);
        decoder = random.normal(manager, new Shape(DIMENSION, 784)).muli(0.5);
        subject = new Subject() {
            @Override
            public int dimension() {
                return DIMENSION;
            }

            @Override
            public ConditionNetworks networks() {
                return networks;
            }

            @Override
            public DecodedLogits decode(NDArray latents) {
                return new DecodedLogits(latents.matMul(decoder), gradient -> gradient.matMul(decoder.transpose()));
            }
        };
    }

    @AfterEach
    void close() {
        manager.close();
    }

    static List<Condition> conditions() {
        Condition first = Condition.digit(3).or(Condition.digit(8));
        Condition second = Condition.thickness().above(0.4);
        Condition third = Condition.slant().between(-0.5, 0.3);
        return List.of(
                Condition.digit(0),
                first,
                first.not(),
                second,
                Condition.width().below(-0.2),
                third,
                third.not(),
                Condition.area().aboveQuantile(0.8),
                first.and(second),
                first.or(second),
                first.and(second).or(third.not()).and(Condition.digit(5).not()),
                first.and(second).and(third).not(),
                third.or(Condition.slant().above(1)).and(second.or(Condition.digit(3))),
                first.or(0.3, second),
                first.or(0.3, second).not());
    }

    @ParameterizedTest
    @MethodSource("conditions")
    void loopsComputeTheSameAsTensors(Condition condition) {
        EnergyFunction energy = condition.energy(subject);
        EnergyAndGradient expected = energy.energyAndGradient(states);
        float[] expectedEnergies = expected.energy().toFloatArray();
        float[] expectedGradients = expected.gradient().toFloatArray();
        assertThat(expected.energy().getShape()).isEqualTo(new Shape(STATES));
        assertThat(energy.energy(states).toFloatArray()).containsExactly(expectedEnergies, within(1e-5f));
        float[] values = states.toFloatArray();
        float[][] positions = new float[DIMENSION][STATES];
        for (int i = 0; i < values.length; i++) {
            positions[i % DIMENSION][i / DIMENSION] = values[i];
        }
        HostEnergy.Evaluator evaluator = energy.onHost().orElseThrow().evaluator(STATES);
        float[] energies = new float[STATES];
        float[] alone = new float[STATES];
        float[][] gradients = new float[DIMENSION][STATES];
        evaluator.energyAndGradient(STATES, positions, energies, gradients);
        evaluator.energy(STATES, positions, alone);
        assertThat(alone).isEqualTo(energies);
        for (int i = 0; i < values.length; i++) {
            int lane = i / DIMENSION;
            assertThat(energies[lane]).isCloseTo(expectedEnergies[lane], within(tolerance(expectedEnergies[lane])));
            assertThat(gradients[i % DIMENSION][lane])
                    .isCloseTo(expectedGradients[i], within(tolerance(expectedGradients[i])));
        }
    }

    private static float tolerance(float value) {
        return 2e-5f * (5 + Math.abs(value));
    }

    @ParameterizedTest
    @MethodSource("conditions")
    void theGradientIsThatOfTheEnergy(Condition condition) {
        assertGradient(condition);
    }

    /** Against central differences of single precision: 10⁻⁶ of the energy over the step, and a third derivative times its square. */
    private void assertGradient(Condition condition) {
        EnergyFunction energy = condition.energy(subject);
        float[] gradient = energy.energyAndGradient(states).gradient().toFloatArray();
        double step = 0.004;
        for (int i = 0; i < DIMENSION; i++) {
            float[] shift = new float[DIMENSION];
            shift[i] = (float) step;
            NDArray by = manager.create(shift);
            float[] above = energy.energy(states.add(by)).toFloatArray();
            float[] below = energy.energy(states.sub(by)).toFloatArray();
            for (int row = 0; row < STATES; row++) {
                double slope = (above[row] - below[row]) / (2 * step);
                assertThat((double) gradient[row * DIMENSION + i])
                        .isCloseTo(slope, within(3e-3 * (1 + Math.abs(slope) + Math.abs(above[row]))));
            }
        }
    }

    private double[] probabilities(Condition condition) {
        float[] energies = condition.energy(subject).energy(states).toFloatArray();
        double[] probabilities = new double[energies.length];
        for (int i = 0; i < energies.length; i++) {
            probabilities[i] = Math.exp(-energies[i]);
        }
        return probabilities;
    }

    private void assertCombined(Condition found, Condition a, Condition b, DoubleBinaryOperator expected) {
        double[] p = probabilities(a);
        double[] q = probabilities(b);
        double[] combined = probabilities(found);
        for (int i = 0; i < combined.length; i++) {
            assertThat(combined[i]).isCloseTo(expected.applyAsDouble(p[i], q[i]), within(1e-5));
        }
    }

    @Test
    void andMultipliesOrAddsNotTakesTheRest() {
        Condition a = Condition.digit(2);
        Condition b = Condition.thickness().above(0.1);
        assertCombined(a.and(b), a, b, (p, q) -> p * q);
        assertCombined(a.or(b), a, b, (p, q) -> p + q - p * q);
        assertCombined(a.or(0.25, b), a, b, (p, q) -> 0.25 * p + 0.75 * q);
        assertCombined(a.not(), a, b, (p, q) -> 1 - p);
        assertCombined(b.not(), a, b, (p, q) -> 1 - q);
        assertCombined(a.and(b).not(), a, b, (p, q) -> 1 - p * q);
        assertCombined(a.or(b).not(), a, b, (p, q) -> (1 - p) * (1 - q));
        assertCombined(a.or(0.25, b).not(), a, b, (p, q) -> 1 - 0.25 * p - 0.75 * q);
    }

    @Test
    void digitsExcludeEachOther() {
        Condition a = Condition.digit(2);
        Condition b = Condition.digit(7);
        assertCombined(a.or(b), a, b, Double::sum);
        assertCombined(a.or(b).not(), a, b, (p, q) -> 1 - p - q);
        assertCombined(a.not().and(b.not()), a, b, (p, q) -> 1 - p - q);
        assertCombined(a.or(b).and(b.not()), a, b, (p, q) -> p);
        assertCombined(a.not().or(b.not().and(a.not())), a, b, (p, q) -> 1 - p);
        assertThatThrownBy(() -> a.and(b))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("digits: the condition leaves no digit");
    }

    @Test
    void theProbabilityOfADigitIsTheSoftmax() {
        float[] softmax = networks.probabilities(states).get(":, 4").toFloatArray();
        double[] found = probabilities(Condition.digit(4));
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).isCloseTo(softmax[i], within(1e-6));
        }
    }

    @Test
    void theProbabilityOfAnIntervalIsThatOfTheLogisticDistribution() {
        float[] outputs = networks.measures(states).toFloatArray();
        double[] between = probabilities(Condition.slant().between(-0.5, 0.3));
        double[] above = probabilities(Condition.slant().above(0.3));
        int measures = Measure.values().length;
        for (int i = 0; i < STATES; i++) {
            double location = outputs[i * 2 * measures + Measure.SLANT.ordinal()];
            double scale = Math.exp(outputs[i * 2 * measures + measures + Measure.SLANT.ordinal()]);
            double low = 1 / (1 + Math.exp((location + 0.5) / scale));
            double high = 1 / (1 + Math.exp((location - 0.3) / scale));
            assertThat(between[i]).isCloseTo(high - low, within(1e-5));
            assertThat(above[i]).isCloseTo(1 - high, within(1e-5));
        }
    }

    @Test
    void intervalsOfOneMeasureMeet() {
        assertThat(Condition.slant().above(-10).and(Condition.slant().below(20)))
                .hasToString("slant between -10.0 and 20.0");
        assertThatThrownBy(
                        () -> Condition.slant().above(10).and(Condition.slant().below(-10)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("slant: expected an interval");
    }

    /**
     * Conditions on the digit, thickness and slant as they ought to be: sets of cells. Each cell has a digit and an interval of each measure, and its
     * probability is the product of theirs.
     */
    static List<Arguments> compositions() {
        Condition thin = Condition.thickness().below(0.2);
        Condition thick = Condition.thickness().above(0.5);
        Condition middle = Condition.thickness().between(-0.4, 0.5);
        Condition left = Condition.slant().below(-0.1);
        Condition three = Condition.digit(3);
        Condition eight = Condition.digit(8);
        return List.of(
                composition(middle.not(), (digit, t, s) -> !(t > -0.4 && t < 0.5)),
                composition(middle.not().not(), (digit, t, s) -> t > -0.4 && t < 0.5),
                composition(thin.or(middle), (digit, t, s) -> t < 0.5),
                composition(thin.or(thick), (digit, t, s) -> t < 0.2 || t > 0.5),
                composition(thin.or(thick).not(), (digit, t, s) -> t > 0.2 && t < 0.5),
                composition(thin.and(middle), (digit, t, s) -> t > -0.4 && t < 0.2),
                composition(thin.and(middle).not(), (digit, t, s) -> !(t > -0.4 && t < 0.2)),
                composition(thin.or(thick).and(middle), (digit, t, s) -> t > -0.4 && t < 0.2),
                composition(middle.not().and(thin), (digit, t, s) -> t < -0.4),
                composition(middle.not().or(thin), (digit, t, s) -> t < 0.2 || t > 0.5),
                composition(three.and(thin).or(three.and(thick)), (digit, t, s) -> digit == 3 && (t < 0.2 || t > 0.5)),
                composition(three.and(thin).or(three.and(middle)), (digit, t, s) -> digit == 3 && t < 0.5),
                composition(
                        three.and(thin).or(eight.and(thick)),
                        (digit, t, s) -> digit == 3 && t < 0.2 || digit == 8 && t > 0.5),
                composition(
                        three.and(thin).or(eight.and(thick)).not(),
                        (digit, t, s) -> !(digit == 3 && t < 0.2 || digit == 8 && t > 0.5)),
                composition(
                        left.or(three).and(thin.or(eight)),
                        (digit, t, s) -> (s < -0.1 || digit == 3) && (t < 0.2 || digit == 8)),
                composition(
                        left.and(thin).or(left.not().and(middle)),
                        (digit, t, s) -> s < -0.1 ? t < 0.2 : t > -0.4 && t < 0.5),
                composition(
                        three.or(thin).and(three.not().or(left)), (digit, t, s) -> digit == 3 ? s < -0.1 : t < 0.2));
    }

    private interface Meaning {
        boolean holds(int digit, double thickness, double slant);
    }

    private static Arguments composition(Condition condition, Meaning meaning) {
        return Arguments.of(condition, meaning);
    }

    /** The mass of each cell comes from quadrature of the logistic density by the midpoints of equal parts of its distribution function. */
    @ParameterizedTest
    @MethodSource("compositions")
    void anyCompositionHasTheProbabilityOfItsCells(Condition condition, Meaning meaning) {
        double[] found = probabilities(condition);
        float[] digits = networks.probabilities(states).toFloatArray();
        float[] outputs = networks.measures(states).toFloatArray();
        int parts = 2000;
        for (int i = 0; i < STATES; i++) {
            double[] thickness = new double[parts];
            double[] slant = new double[parts];
            for (int part = 0; part < parts; part++) {
                double p = (part + 0.5) / parts;
                double quantile = Math.log(p / (1 - p));
                thickness[part] = value(outputs, i, Measure.THICKNESS, quantile);
                slant[part] = value(outputs, i, Measure.SLANT, quantile);
            }
            double expected = 0;
            for (int digit = 0; digit < CLASSES; digit++) {
                double[] byEnds = {-0.4, 0.2, 0.5};
                double[] masses = masses(thickness, byEnds);
                double left = masses(slant, new double[] {-0.1})[0];
                for (int cell = 0; cell <= byEnds.length; cell++) {
                    double t = cell == 0 ? -9 : byEnds[cell - 1] + 1e-3;
                    double either =
                            (meaning.holds(digit, t, -9) ? left : 0) + (meaning.holds(digit, t, 9) ? 1 - left : 0);
                    expected += digits[i * CLASSES + digit] * masses[cell] * either;
                }
            }
            assertThat(found[i]).isCloseTo(expected, within(2.0 / parts));
        }
        assertGradient(condition);
    }

    private static double value(float[] outputs, int row, Measure measure, double quantile) {
        int measures = Measure.values().length;
        int at = row * 2 * measures + measure.ordinal();
        return outputs[at] + Math.exp(outputs[at + measures]) * quantile;
    }

    /** The share of values in each interval between ends. */
    private static double[] masses(double[] values, double[] ends) {
        double[] masses = new double[ends.length + 1];
        for (double value : values) {
            int cell = 0;
            while (cell < ends.length && value > ends[cell]) {
                cell++;
            }
            masses[cell] += 1.0 / values.length;
        }
        return masses;
    }

    /** Multiplied as if they were of different measures, probabilities of two intervals are wrong. */
    @Test
    void independentIntervalsOfOneMeasureWouldBeWrong() {
        double[] p = probabilities(Condition.thickness().below(0.2));
        double[] q = probabilities(Condition.thickness().above(0.5));
        double[] union = probabilities(
                Condition.thickness().below(0.2).or(Condition.thickness().above(0.5)));
        double most = 0;
        for (int i = 0; i < STATES; i++) {
            most = Math.max(most, Math.abs(union[i] - (p[i] + q[i] - p[i] * q[i])));
        }
        assertThat(most).isGreaterThan(0.1);
    }

    @Test
    void aConditionAndItsOppositeLeaveNothing() {
        Condition own = Condition.ofLatents(EnergyFunction.of(DIMENSION, (state, gradient) -> 1));
        Condition mixed = Condition.digit(1).or(0.5, Condition.slant().above(3));
        for (Condition condition :
                List.of(own, mixed, Condition.digit(1).and(Condition.slant().above(3)))) {
            assertThatThrownBy(() -> condition.and(condition.not()).energy(subject))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("condition: no image can meet it");
            assertThatThrownBy(() -> condition.or(condition.not()).energy(subject))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("condition: every image meets it");
        }
        Condition never = Condition.slant()
                .above(3)
                .and(Condition.digit(2))
                .and(Condition.slant().below(1));
        assertCombined(never.or(own), own, own, (p, q) -> p);
    }

    /** Far from a condition a chain must still find its way to it. */
    @ParameterizedTest
    @ValueSource(ints = {30, 1000})
    void stayFiniteFarFromTheCondition(int distance) {
        Condition thick = Condition.thickness().above(distance);
        Condition slanted = Condition.slant().below(-distance);
        for (Condition condition :
                List.of(thick.and(slanted), thick.or(slanted), thick.or(0.5, slanted), thick.and(slanted.not()))) {
            EnergyAndGradient at = condition.energy(subject).energyAndGradient(states);
            for (float energy : at.energy().toFloatArray()) {
                assertThat(energy).isFinite();
            }
            assertThat(at.gradient().abs().sum().getFloat()).isFinite().isPositive();
        }
    }

    @Test
    void anEnergyOfLatentsIsACondition() {
        EnergyFunction energy = EnergyFunction.of(DIMENSION, (state, gradient) -> {
            gradient[0] = 2 * state[0];
            return 0.1 + state[0] * state[0];
        });
        Condition own = Condition.ofLatents(energy);
        assertCombined(own.not(), own, own, (p, q) -> 1 - p);
        assertGradient(own.not());
        assertGradient(own.and(Condition.digit(1)).not());
        assertThatThrownBy(() -> Condition.ofLatents(EnergyFunction.of(3, (state, gradient) -> 0))
                        .energy(subject))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("condition: expected dimension 5, found 3");
    }

    /** A vertical bar 4 pixels wide and 20 high, whatever the latent is. */
    private static byte[] bar() {
        byte[] bar = new byte[784];
        for (int row = 4; row < 24; row++) {
            Arrays.fill(bar, row * 28 + 12, row * 28 + 16, (byte) 1);
        }
        return bar;
    }

    @Test
    void imagesOfKnownDigitsMeetAConditionOrDoNot() {
        Morphology bar = Morphology.of(bar());
        Morphology[] images = {bar, bar, bar};
        byte[] digits = {1, 1, 7};
        assertThat(met("1", images, digits)).containsExactly(true, true, false);
        assertThat(met("not (1 or 2)", images, digits)).containsExactly(false, false, true);
        assertThat(met("1, width > 10", images, digits)).containsExactly(false, false, false);
        assertThat(met("7, width < 10, slant between -5 and 5", images, digits)).containsExactly(false, false, true);
        assertThat(met("7 or width < 10", images, digits)).containsExactly(true, true, true);
        MeasuredCondition energy = MeasuredCondition.of(
                Condition.ofLatents(EnergyFunction.of(DIMENSION, (state, gradient) -> 0)), subject);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> energy.met(images, digits))
                .withMessage("condition: an energy states a part of it; expected digits and measures");
    }

    private boolean[] met(String condition, Morphology[] images, byte[] digits) {
        return MeasuredCondition.of(Condition.parse(condition), subject).met(images, digits);
    }

    /** So many that images times probabilities are more than an integer holds. */
    @Test
    void manyImagesMeetWhatFewDo() {
        int copies = 400;
        // Far away the networks are sure.
        NDArray far = states.mul(20);
        NDArray many = far.repeat(0, copies);
        int first = (int) networks.probabilities(far).argMax(1).getLong(0);
        MeasuredCondition asFirst = MeasuredCondition.of(Condition.digit(first), subject);
        double[] few = asFirst.logProbabilities(far, manager.zeros(new Shape(STATES, 784), DataType.UINT8));
        double[] found =
                asFirst.logProbabilities(many, manager.zeros(new Shape((long) STATES * copies, 784), DataType.UINT8));
        assertThat((long) STATES * copies * STATES * copies * CLASSES).isGreaterThan(Integer.MAX_VALUE);
        assertThat(few).contains(0).contains(Double.NEGATIVE_INFINITY);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).isEqualTo(few[i / copies]);
        }
    }

    @Test
    void knownPixelsAreACondition() {
        byte[] pixels = new byte[784];
        byte[] known = new byte[784];
        pixels[100] = 1;
        pixels[101] = 1;
        known[100] = 1;
        known[200] = 1;
        Condition condition = Condition.pixels(pixels, known);
        float[] logits = states.matMul(decoder).toFloatArray();
        float[] energies = condition.energy(subject).energy(states).toFloatArray();
        for (int i = 0; i < STATES; i++) {
            double expected = Link.softplus(-logits[i * 784 + 100]) + Link.softplus(logits[i * 784 + 200]);
            assertThat((double) energies[i]).isCloseTo(expected, within(1e-4));
        }
        assertGradient(condition);
        assertGradient(condition.and(Condition.digit(7)));
        assertGradient(condition.not());
        assertThat(condition.energy(subject).onHost()).isEmpty();
        assertThatThrownBy(() -> Condition.pixels(new byte[3], known))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("pixels: expected 784 and as many known, found 3 and 784");
    }

    @Test
    void refuseWhatCannotBe() {
        assertThatThrownBy(() -> Condition.digit(-1)).hasMessage("digit: must be at least 0, found -1");
        assertThatThrownBy(() -> Condition.digit(10).energy(subject)).hasMessage("digit: expected 0 to 9, found 10");
        assertThatThrownBy(() -> Condition.thickness().above(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Condition.thickness().between(4, Double.POSITIVE_INFINITY))
                .hasMessage("thickness: expected an interval of finite ends, found 4.0 to Infinity");
        assertThatThrownBy(() -> Condition.thickness().between(Double.NEGATIVE_INFINITY, 3))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Condition.thickness().between(4, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Condition.thickness().aboveQuantile(1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Condition.digit(1).or(1.5, Condition.digit(2)))
                .hasMessage("weight: must be between 0 and 1, found 1.5");
    }
}
