package io.github.mnistebm.landscape;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/**
 * The plane through the mean of some points along their first two principal components (Pearson 1901): of all planes, the one that the
 * points are nearest to. Immutable.
 */
public final class PrincipalPlane {

    private final float[] centre;
    /** The two unit vectors, one after the other. */
    private final float[] axes;

    private final double share;

    private PrincipalPlane(float[] centre, float[] axes, double share) {
        this.centre = centre;
        this.axes = axes;
        this.share = share;
    }

    /**
     * Fits the plane.
     *
     * @param points {@code [n, d]} with n at least 3 and d at least 2
     * @return the plane; of each axis, the coordinate of the largest size is positive
     * @throws IllegalArgumentException if there are too few points or coordinates, or the points lie on a line or are not finite
     */
    public static PrincipalPlane of(NDArray points) {
        Shape shape = points.getShape();
        if (shape.dimension() != 2 || shape.get(0) < 3 || shape.get(1) < 2) {
            throw new IllegalArgumentException("points: expected shape (n, d) with n >= 3 and d >= 2, found " + shape);
        }
        int n = (int) shape.get(0);
        int d = (int) shape.get(1);
        float[] values = points.toFloatArray();
        double[] mean = new double[d];
        for (int i = 0; i < values.length; i++) {
            mean[i % d] += values[i] / (double) n;
        }
        DMatrixRMaj centred = new DMatrixRMaj(n, d);
        for (int i = 0; i < values.length; i++) {
            centred.data[i] = values[i] - mean[i % d];
        }
        return fitted(mean, centred);
    }

    /**
     * Fits the plane on which the means of classes lie farthest apart, each mean with the same weight. Whitened latents as a whole have no
     * principal direction, since their covariance is I; the means of their classes have.
     *
     * @param points the points, {@code [n, d]} with n at least 3 and d at least 2
     * @param labels the class of each point, n unsigned bytes
     * @return the plane; that of the points themselves where there are fewer than three classes
     * @throws IllegalArgumentException if there are not as many labels as points, or {@link #of(NDArray)} throws it
     */
    public static PrincipalPlane of(NDArray points, byte[] labels) {
        ClassMeans means = ClassMeans.of(points, labels);
        if (means.classes().size() < 3) {
            return of(points);
        }
        try (NDArray each = means.in(points.getManager())) {
            return of(each);
        }
    }

    private static PrincipalPlane fitted(double[] mean, DMatrixRMaj centred) {
        int d = mean.length;
        SingularValueDecomposition_F64<DMatrixRMaj> svd =
                DecompositionFactory_DDRM.svd(centred.getNumRows(), d, false, true, true);
        if (!svd.decompose(centred)) {
            throw new IllegalArgumentException("points: expected finite ones");
        }
        DMatrixRMaj components = svd.getV(null, true);
        SingularOps_DDRM.descendingOrder(
                null, false, svd.getSingularValues(), svd.numberOfSingularValues(), components, true);
        double[] sizes = svd.getSingularValues();
        double all = 0;
        for (int i = 0; i < svd.numberOfSingularValues(); i++) {
            all += sizes[i] * sizes[i];
        }
        if (!(sizes[1] > 1e-6 * sizes[0])) {
            throw new IllegalArgumentException("points: expected finite ones that span a plane, found them on a line");
        }
        float[] centre = new float[d];
        float[] axes = new float[2 * d];
        for (int axis = 0; axis < 2; axis++) {
            double largest = 0;
            for (int i = 0; i < d; i++) {
                double value = components.get(axis, i);
                largest = Math.abs(value) > Math.abs(largest) ? value : largest;
            }
            for (int i = 0; i < d; i++) {
                centre[i] = (float) mean[i];
                axes[axis * d + i] = (float) (Math.signum(largest) * components.get(axis, i));
            }
        }
        return new PrincipalPlane(centre, axes, (sizes[0] * sizes[0] + sizes[1] * sizes[1]) / all);
    }

    /**
     * Returns the share of the points' variance that the plane shows.
     *
     * @return the share, in (0, 1]
     */
    public double share() {
        return share;
    }

    /**
     * Projects states onto the plane.
     *
     * @param states {@code [n, d]}
     * @return the coordinates on the plane, {@code [n, 2]}, attached to the manager of the states
     */
    public NDArray project(NDArray states) {
        NDArray origin = states.getManager().create(centre);
        return states.sub(origin).matMul(axes(states).transpose());
    }

    /**
     * Finds the states of points of the plane.
     *
     * @param coordinates the coordinates on the plane, {@code [n, 2]}
     * @return the states, {@code [n, d]}, attached to the manager of the coordinates
     */
    public NDArray lift(NDArray coordinates) {
        return coordinates
                .matMul(axes(coordinates))
                .add(coordinates.getManager().create(centre));
    }

    private NDArray axes(NDArray like) {
        return like.getManager().create(axes, new Shape(2, centre.length));
    }
}
