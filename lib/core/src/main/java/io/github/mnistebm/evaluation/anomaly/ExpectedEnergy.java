package io.github.mnistebm.evaluation.anomaly;

import io.github.mnistebm.data.DigitImages;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * The energy that the complexity of an image lets one expect. Simple images have little energy whether or not they are like
 * those of the training: a one that no training has seen has less than a common eight. Subtracting the energy
 * expected for an image of that complexity separates such anomalies better, as for likelihoods (Serrà et al. 2020, "Input complexity and out-of-distribution detection with
 * likelihood-based generative models", who measure complexity by the size of the compressed image).
 *
 * <p>Complexity is taken from the length of the edges, the number of neighbouring pixels that differ, and from the number of white
 * pixels. The expected energy is linear in both, fitted by least squares.
 */
public final class ExpectedEnergy {

    private static final int SIDE = DigitImages.SIDE;

    /** The quality of the decomposition, as EJML defines it, at which the columns of the design count as dependent. */
    private static final double DEPENDENT = 1e-12;

    /** The coefficients of the constant, the length of the edges and the number of white pixels, in nats. */
    private final double[] coefficients;

    private ExpectedEnergy(double[] coefficients) {
        this.coefficients = coefficients;
    }

    /**
     * Fits the expected energy.
     *
     * @param images the training images, 0 and 1, {@code n * 784} row by row; at least four
     * @param energies the energy of each, nats
     * @return the fit
     * @throws IllegalArgumentException if there is not an energy for each image, or the images are too few or too much alike to fit
     */
    public static ExpectedEnergy fit(byte[] images, double[] energies) {
        double[][] complexities = complexities(images, energies);
        if (energies.length < 4) {
            throw new IllegalArgumentException(
                    "expected energy: four images or more are needed, found " + energies.length);
        }
        DMatrixRMaj design = new DMatrixRMaj(energies.length, 3);
        for (int i = 0; i < energies.length; i++) {
            design.set(i, 0, 1);
            design.set(i, 1, complexities[i][0]);
            design.set(i, 2, complexities[i][1]);
        }
        LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.leastSquares(energies.length, 3);
        if (!solver.setA(design) || !(solver.quality() > DEPENDENT)) {
            throw new IllegalArgumentException(
                    "expected energy: the edges and white pixels of the images are too much alike");
        }
        DMatrixRMaj coefficients = new DMatrixRMaj(3, 1);
        solver.solve(new DMatrixRMaj(energies.length, 1, true, energies.clone()), coefficients);
        return new ExpectedEnergy(coefficients.data);
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
        double[][] complexities = complexities(images, energies);
        double[] excess = new double[energies.length];
        for (int i = 0; i < excess.length; i++) {
            excess[i] = energies[i]
                    - coefficients[0]
                    - coefficients[1] * complexities[i][0]
                    - coefficients[2] * complexities[i][1];
        }
        return excess;
    }

    private static double[][] complexities(byte[] images, double[] energies) {
        if (images.length != energies.length * DigitImages.PIXELS) {
            throw new IllegalArgumentException("expected energy: expected " + DigitImages.PIXELS
                    + " pixels for each energy, found " + images.length + " for " + energies.length);
        }
        double[][] complexities = new double[energies.length][];
        for (int i = 0; i < complexities.length; i++) {
            complexities[i] = complexity(images, i * DigitImages.PIXELS);
        }
        return complexities;
    }

    /** The length of the edges and the number of white pixels of the image that starts there. */
    private static double[] complexity(byte[] images, int start) {
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
        return new double[] {edges, white};
    }
}
