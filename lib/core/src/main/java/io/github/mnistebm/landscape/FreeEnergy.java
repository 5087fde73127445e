package io.github.mnistebm.landscape;

import ai.djl.ndarray.NDArray;

/**
 * The free energy of a distribution on a plane, −log p(x, y) up to a constant, where all that the plane hides is integrated out. Draws give it, by
 * a kernel estimate of their density on the plane with normal kernels and Scott's bandwidth for each coordinate (Scott 1992, "Multivariate density
 * estimation"). Immutable, but for the array.
 *
 * @param halfWidth the greatest value of both coordinates, which go from −halfWidth to halfWidth
 * @param side the number of values along each side
 * @param values the free energies in nats, row by row from the least second coordinate on, {@code [side * side]}
 */
public record FreeEnergy(double halfWidth, int side, float[] values) {

    /** The share of a side that is left free beyond the draws. */
    private static final double MARGIN = 0.08;

    /** Far from all draws the estimate vanishes; a finite energy can be drawn. */
    private static final double LEAST_DENSITY = 1e-6;

    /**
     * Estimates the free energy on a square that holds all draws.
     *
     * @param plane the plane
     * @param draws the draws of the distribution, {@code [n, d]}, which differ in both directions of the plane
     * @param side the number of values along each side, at least 2
     * @return the free energy
     * @throws IllegalArgumentException if {@code side} is less than 2
     */
    public static FreeEnergy of(PrincipalPlane plane, NDArray draws, int side) {
        if (side < 2) {
            throw new IllegalArgumentException("side: must be at least 2, found " + side);
        }
        float[] points;
        try (NDArray projected = plane.project(draws)) {
            points = projected.toFloatArray();
        }
        double farthest = 0;
        for (float coordinate : points) {
            farthest = Math.max(farthest, Math.abs(coordinate));
        }
        double halfWidth = farthest * (1 + MARGIN);
        int n = points.length / 2;
        double[][] kernels = new double[2][];
        for (int axis = 0; axis < 2; axis++) {
            kernels[axis] = kernels(points, axis, halfWidth, side);
        }
        float[] values = new float[side * side];
        for (int row = 0; row < side; row++) {
            for (int column = 0; column < side; column++) {
                double density = 0;
                for (int i = 0; i < n; i++) {
                    density += kernels[0][column * n + i] * kernels[1][row * n + i];
                }
                values[row * side + column] = (float) -Math.log(Math.max(density / n, LEAST_DENSITY));
            }
        }
        return new FreeEnergy(halfWidth, side, values);
    }

    /** Returns one factor of the kernel of each point at each coordinate, {@code [side * n]}. */
    private static double[] kernels(float[] points, int axis, double halfWidth, int side) {
        int n = points.length / 2;
        double sum = 0;
        double squares = 0;
        for (int i = axis; i < points.length; i += 2) {
            sum += points[i];
            squares += points[i] * points[i];
        }
        double variance = squares / n - sum * sum / n / n;
        double precision = 1 / (variance * Math.pow(n, -1.0 / 3));
        double[] kernels = new double[side * n];
        for (int cell = 0; cell < side; cell++) {
            double coordinate = halfWidth * (2.0 * cell / (side - 1) - 1);
            for (int i = 0; i < n; i++) {
                double distance = coordinate - points[2 * i + axis];
                kernels[cell * n + i] = Math.exp(-distance * distance * precision / 2);
            }
        }
        return kernels;
    }
}
