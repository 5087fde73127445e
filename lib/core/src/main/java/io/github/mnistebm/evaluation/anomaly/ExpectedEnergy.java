package io.github.mnistebm.evaluation.anomaly;

import io.github.mnistebm.data.DigitImages;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * The energy that the complexity of an image lets one expect. Simple images have little energy whether or not they are like
 * those of the training: a one that no training has seen has less than a common eight. Subtracting the energy
 * expected for an image of that complexity separates such anomalies better, as for likelihoods (Serrà et al. 2020, "Input complexity and out-of-distribution detection with
 * likelihood-based generative models", who measure complexity by the size of the compressed image). The energies of simple images also
 * differ less among themselves, so that a small excess says more of a simple image than of a complex one.
 *
 * <p>Complexity is the length of the image's code given the colours around each pixel ({@link ContextCode}), the length of the edges,
 * which is the number of neighbouring pixels that differ, and the number of white pixels. The expected energy and its expected absolute
 * deviation are linear in the three. Both are fitted by least squares, the second to the absolute residuals of the first (Glejser 1969).
 * Immutable, and safe for use by several threads.
 */
public final class ExpectedEnergy {

    private static final int SIDE = DigitImages.SIDE;

    /** The constant, the length of the code, the length of the edges and the number of white pixels. */
    private static final int COLUMNS = 4;

    /** The quality of the decomposition, as EJML defines it, at which the columns of the design count as dependent. */
    private static final double DEPENDENT = 1e-12;

    /** The least expected deviation, as a share of the mean one: the line may fall below zero for very simple images. */
    private static final double LEAST_DEVIATION = 0.2;

    private final ContextCode code;
    /** The coefficients of the expected energy, in nats. */
    private final double[] energy;
    /** The coefficients of the expected absolute deviation, in nats. */
    private final double[] deviation;

    private final double leastDeviation;

    private ExpectedEnergy(ContextCode code, double[] energy, double[] deviation, double leastDeviation) {
        this.code = code;
        this.energy = energy;
        this.deviation = deviation;
        this.leastDeviation = leastDeviation;
    }

    /**
     * Fits the expected energy.
     *
     * @param images the training images, 0 and 1, {@code n * 784} row by row; at least five
     * @param energies the energy of each, nats
     * @return the fit
     * @throws IllegalArgumentException if there is not an energy for each image, or the images are too few or too much alike to fit
     */
    public static ExpectedEnergy fit(byte[] images, double[] energies) {
        requireImages(images, energies);
        if (energies.length <= COLUMNS) {
            throw new IllegalArgumentException(
                    "expected energy: five images or more are needed, found " + energies.length);
        }
        ContextCode code = ContextCode.fit(images);
        double[][] complexities = IntStream.range(0, energies.length)
                .mapToObj(image -> complexity(code, images, image))
                .toArray(double[][]::new);
        LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.leastSquares(energies.length, COLUMNS);
        if (!solver.setA(new DMatrixRMaj(complexities)) || !(solver.quality() > DEPENDENT)) {
            throw new IllegalArgumentException("expected energy: the complexities of the images are too much alike");
        }
        double[] energy = solve(solver, energies);
        double[] deviations = IntStream.range(0, energies.length)
                .mapToDouble(i -> Math.abs(energies[i] - product(energy, complexities[i])))
                .toArray();
        double mean = Arrays.stream(deviations).average().orElseThrow();
        return new ExpectedEnergy(code, energy, solve(solver, deviations), LEAST_DEVIATION * mean);
    }

    private static double[] solve(LinearSolverDense<DMatrixRMaj> solver, double[] values) {
        DMatrixRMaj coefficients = new DMatrixRMaj(COLUMNS, 1);
        solver.solve(new DMatrixRMaj(values.length, 1, true, values.clone()), coefficients);
        return coefficients.data;
    }

    /**
     * Computes how much energies exceed the expected.
     *
     * @param images 0 and 1, {@code n * 784} row by row
     * @param energies the energy of each, nats
     * @return the value of each image, nats
     * @throws IllegalArgumentException if there is not an energy for each image
     */
    public double[] excess(byte[] images, double[] energies) {
        return excess(images, energies, false);
    }

    /**
     * Computes how much energies exceed the expected, in units of the absolute deviation that an image of that complexity lets one
     * expect. The values of different models are on the same scale.
     *
     * @param images 0 and 1, {@code n * 784} row by row
     * @param energies the energy of each, nats
     * @return the value of each image; infinite or NaN if the energies of the training images have no deviation
     * @throws IllegalArgumentException if there is not an energy for each image
     */
    public double[] relativeExcess(byte[] images, double[] energies) {
        return excess(images, energies, true);
    }

    private double[] excess(byte[] images, double[] energies, boolean relative) {
        requireImages(images, energies);
        double[] excess = new double[energies.length];
        for (int i = 0; i < excess.length; i++) {
            double[] complexity = complexity(code, images, i);
            excess[i] = energies[i] - product(energy, complexity);
            if (relative) {
                excess[i] /= Math.max(leastDeviation, product(deviation, complexity));
            }
        }
        return excess;
    }

    private static double product(double[] coefficients, double[] complexity) {
        double sum = 0;
        for (int column = 0; column < COLUMNS; column++) {
            sum += coefficients[column] * complexity[column];
        }
        return sum;
    }

    private static void requireImages(byte[] images, double[] energies) {
        if (images.length != energies.length * DigitImages.PIXELS) {
            throw new IllegalArgumentException("expected energy: expected " + DigitImages.PIXELS
                    + " pixels for each energy, found " + images.length + " for " + energies.length);
        }
    }

    /** One, and the length of the code, the length of the edges and the number of white pixels of an image. */
    private static double[] complexity(ContextCode code, byte[] images, int image) {
        int start = image * DigitImages.PIXELS;
        int edges = 0;
        int white = 0;
        for (int row = 0; row < SIDE; row++) {
            for (int column = 0; column < SIDE; column++) {
                int pixel = start + row * SIDE + column;
                white += images[pixel];
                edges += column + 1 < SIDE && images[pixel] != images[pixel + 1] ? 1 : 0;
                edges += row + 1 < SIDE && images[pixel] != images[pixel + SIDE] ? 1 : 0;
            }
        }
        return new double[] {1, code.length(images, start), edges, white};
    }
}
