package io.github.mnistebm.density;

import io.github.mnistebm.tensor.Lanes;
import java.util.Arrays;
import java.util.SplittableRandom;

/** A {@link GaussianMixture} in plain loops, which need but the lower half of each factor. */
final class HostMixture implements HostReference {

    /** The logarithm of the share of the largest density below which a component vanishes in single precision. */
    private static final float NEGLIGIBLE = -18;

    private final int dimension;
    private final ComponentDraws draws;
    /** Lₖ⁻¹, {@code [K][d][d]}, and transposed. */
    private final float[][][] inverses;

    private final float[][][] transposed;
    /** Element (i, j) of each Lₖ⁻¹, {@code [d][d][K]}, and coordinate i of each −Lₖ⁻¹ μₖ, {@code [d][K]}. */
    private final float[][][] inversesByCoordinate;

    private final float[][] offsetsByCoordinate;
    /** −Lₖ⁻¹ μₖ, {@code [K][d]}. */
    private final float[][] offsets;
    /** log wₖ − d/2 log 2π − log |Lₖ|. */
    private final float[] logConstants;

    /**
     * Takes what a {@link GaussianMixture} is saved as.
     *
     * @param weights {@code [K]}
     * @param means {@code [K * d]}
     * @param factors Lₖ, {@code [K * d * d]}
     */
    HostMixture(float[] weights, float[] means, float[] factors) {
        this(weights, means, factors, new ComponentDraws(weights, means, factors));
    }

    /** Takes the draws of the same mixture, too. */
    HostMixture(float[] weights, float[] means, float[] factors, ComponentDraws draws) {
        int k = weights.length;
        int d = means.length / k;
        this.dimension = d;
        this.draws = draws;
        this.logConstants = new float[k];
        this.offsets = new float[k][d];
        this.inverses = new float[k][d][d];
        this.transposed = new float[k][d][d];
        this.inversesByCoordinate = new float[d][d][k];
        this.offsetsByCoordinate = new float[d][k];
        for (int c = 0; c < k; c++) {
            double[] inverse = GaussianMixture.inverseFactor(factors, c, d).data;
            double logConstant = Math.log(weights[c]) - d * Math.log(2 * Math.PI) / 2;
            for (int i = 0; i < d; i++) {
                int row = i * d;
                double offset = 0;
                for (int j = 0; j <= i; j++) {
                    float element = (float) inverse[row + j];
                    this.inverses[c][i][j] = element;
                    this.transposed[c][j][i] = element;
                    inversesByCoordinate[i][j][c] = element;
                    offset -= inverse[row + j] * means[c * d + j];
                }
                this.offsets[c][i] = (float) offset;
                offsetsByCoordinate[i][c] = (float) offset;
                logConstant += Math.log(inverse[row + i]);
            }
            logConstants[c] = (float) logConstant;
        }
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public long multiplications() {
        return (long) logConstants.length * dimension * (dimension + 3);
    }

    @Override
    public Evaluator evaluator(int lanes) {
        return isSmall() ? new SideBySide(lanes) : new OneByOne();
    }

    @Override
    public void sample(int chains, SplittableRandom random, float[][] positions) {
        float[] noise = new float[dimension];
        float[] draw = new float[dimension];
        for (int lane = 0; lane < chains; lane++) {
            float uniform = random.nextFloat();
            for (int i = 0; i < dimension; i++) {
                noise[i] = (float) random.nextGaussian();
            }
            draws.draw(uniform, noise, draw);
            for (int i = 0; i < dimension; i++) {
                positions[i][lane] = draw[i];
            }
        }
    }

    /** For few components: rows of the chains of a block. */
    private final class SideBySide implements Evaluator {
        /** Lₖ⁻¹ (u − μₖ), {@code [K][d][lanes]}. */
        private final float[][][] whitened;
        /** First log wₖ N(u; μₖ, Σₖ), then each component's share. */
        private final float[][] shares;

        private final float[] largest;

        SideBySide(int lanes) {
            whitened = new float[logConstants.length][dimension][lanes];
            shares = new float[logConstants.length][lanes];
            largest = new float[lanes];
        }

        @Override
        public void energy(int chains, float[][] positions, float[] energies) {
            for (int c = 0; c < shares.length; c++) {
                float[] squares = new float[largest.length];
                for (int i = 0; i < dimension; i++) {
                    float[] row = whitened[c][i];
                    Arrays.fill(row, offsets[c][i]);
                    Lanes.addProducts(inverses[c][i], 0, i + 1, positions, row);
                    Lanes.addProduct(squares, row, row);
                }
                Arrays.fill(shares[c], logConstants[c]);
                Lanes.addProduct(shares[c], -0.5f, squares);
            }
            Arrays.fill(largest, Float.NEGATIVE_INFINITY);
            for (float[] logs : shares) {
                for (int lane = 0; lane < largest.length; lane++) {
                    largest[lane] = Math.max(largest[lane], logs[lane]);
                }
            }
            for (int lane = 0; lane < largest.length; lane++) {
                float sum = 0;
                for (float[] logs : shares) {
                    float below = logs[lane] - largest[lane];
                    logs[lane] = below < NEGLIGIBLE ? 0 : (float) Math.exp(below);
                    sum += logs[lane];
                }
                for (float[] each : shares) {
                    each[lane] /= sum;
                }
                energies[lane] = -largest[lane] - (float) Math.log(sum);
            }
        }

        @Override
        public void energyAndGradient(int chains, float[][] positions, float[] energies, float[][] gradients) {
            energy(chains, positions, energies);
            for (float[] coordinate : gradients) {
                Arrays.fill(coordinate, 0);
            }
            // −∇ log q = Σₖ rₖ Lₖ⁻ᵀ Lₖ⁻¹ (u − μₖ)
            for (int c = 0; c < shares.length; c++) {
                if (isZero(shares[c])) {
                    continue;
                }
                for (float[] row : whitened[c]) {
                    Lanes.multiply(row, shares[c]);
                }
                for (int j = 0; j < dimension; j++) {
                    Lanes.addProducts(transposed[c][j], j, dimension, whitened[c], gradients[j]);
                }
            }
        }

        private static boolean isZero(float[] values) {
            for (float value : values) {
                if (value != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    /** For many components: rows of the components, one chain after the other. */
    private final class OneByOne implements Evaluator {
        private final float[] position = new float[dimension];
        private final float[] gradient = new float[dimension];
        /** Coordinate i of Lₖ⁻¹ (u − μₖ), {@code [d][K]}. */
        private final float[][] whitened = new float[dimension][logConstants.length];

        private final float[] shares = new float[logConstants.length];
        private final float[] weighted = new float[dimension];

        @Override
        public void energy(int chains, float[][] positions, float[] energies) {
            for (int chain = 0; chain < chains; chain++) {
                energies[chain] = energy(positions, chain);
            }
        }

        /** Leaves the whitened coordinates and the shares. */
        private float energy(float[][] positions, int chain) {
            for (int i = 0; i < dimension; i++) {
                position[i] = positions[i][chain];
            }
            Arrays.fill(shares, 0);
            for (int i = 0; i < dimension; i++) {
                System.arraycopy(offsetsByCoordinate[i], 0, whitened[i], 0, shares.length);
                Lanes.addProducts(position, 0, i + 1, inversesByCoordinate[i], whitened[i]);
                Lanes.addProduct(shares, whitened[i], whitened[i]);
            }
            float largest = Float.NEGATIVE_INFINITY;
            for (int c = 0; c < shares.length; c++) {
                shares[c] = logConstants[c] - 0.5f * shares[c];
                largest = Math.max(largest, shares[c]);
            }
            float sum = 0;
            for (int c = 0; c < shares.length; c++) {
                float below = shares[c] - largest;
                shares[c] = below < NEGLIGIBLE ? 0 : (float) Math.exp(below);
                sum += shares[c];
            }
            Lanes.scale(shares, 1 / sum);
            return -largest - (float) Math.log(sum);
        }

        @Override
        public void energyAndGradient(int chains, float[][] positions, float[] energies, float[][] gradients) {
            for (int chain = 0; chain < chains; chain++) {
                energies[chain] = energy(positions, chain);
                Arrays.fill(gradient, 0);
                for (int c = 0; c < shares.length; c++) {
                    if (shares[c] != 0) {
                        for (int i = 0; i < dimension; i++) {
                            weighted[i] = shares[c] * whitened[i][c];
                        }
                        Lanes.addProducts(weighted, 0, dimension, inverses[c], gradient);
                    }
                }
                for (int i = 0; i < dimension; i++) {
                    gradients[i][chain] = gradient[i];
                }
            }
        }
    }
}
