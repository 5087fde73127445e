package io.github.mnistebm.landscape;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.Scope;

/**
 * Finds a path of least energy between two states: on it, the gradient is along the path (Jónsson, Mills &amp; Jacobsen 1998, "Nudged
 * elastic band method for finding minimum energy paths of transitions"). Springs keep the states of the band apart. The energy acts
 * across the band only, the springs along it only, with the tangents of Henkelman &amp; Jónsson (2000, equations 8 to 11). In the second
 * half of the iterations, the highest state climbs to the saddle, if it is higher than its neighbours (Henkelman, Uberuaga &amp; Jónsson
 * 2000, equation 5). Where the band bends sharply, the springs act across it too, by the switching function of the first paper. Without
 * it a long band crumples, and its states are pushed up the energy without a bound. The climbing state feels it as well: where the band is
 * nearly straight, as at the saddle of a band that has come to rest, it vanishes with the fourth power of the angle. The band moves by the
 * fast inertial relaxation engine (Bitzek et al. 2006).
 *
 * @param states the number of states of the band, with both ends; at least 3
 * @param spring the constant of the springs, nats; positive
 * @param iterations the most evaluations of the band; at least 1
 * @param tolerance the force on each state, in nats a unit of length, below which the band has come to rest; at least 0
 */
public record NudgedElasticBand(int states, double spring, int iterations, double tolerance) {

    /** The parameters of the relaxation engine that its authors recommend. */
    private static final int PATIENCE = 5;

    private static final double FASTER = 1.1;
    private static final double SLOWER = 0.5;
    private static final double MIXING = 0.1;
    private static final double LESS_MIXING = 0.99;

    private static final double FIRST_TIME_STEP = 0.002;
    private static final double MAX_TIME_STEP = 0.2;

    /** The farthest move of a state at once, in the first distance between neighbours. */
    private static final double SHARE_OF_SPACING = 0.2;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public NudgedElasticBand {
        if (states < 3) {
            throw new IllegalArgumentException("states: must be at least 3, found " + states);
        }
        if (!(spring > 0) || Double.isInfinite(spring)) {
            throw new IllegalArgumentException("spring: must be positive and finite, found " + spring);
        }
        if (iterations < 1) {
            throw new IllegalArgumentException("iterations: must be at least 1, found " + iterations);
        }
        if (!(tolerance >= 0)) {
            throw new IllegalArgumentException("tolerance: must be at least 0, found " + tolerance);
        }
    }

    /**
     * Finds the path, from the straight one on.
     *
     * @param energy the energy
     * @param from the first state, {@code [d]}
     * @param to the last state, {@code [d]}
     * @return the path, attached to the manager of the first state
     * @throws IllegalArgumentException if the energy is not finite on the way
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public EnergyPath find(EnergyFunction energy, NDArray from, NDArray to) {
        NDManager manager = from.getManager();
        int d = energy.dimension();
        float[] band;
        double farthest;
        try (EnergyPath straight = EnergyPath.straight(energy, from, to, states)) {
            band = straight.states().toFloatArray();
            farthest = SHARE_OF_SPACING * distance(band, d, states - 1, 0) / (states - 1);
        }
        double[] velocity = new double[band.length];
        double timeStep = FIRST_TIME_STEP;
        double mixing = MIXING;
        int downhill = 0;
        for (int iteration = 0; iteration < iterations; iteration++) {
            Cancellation.check();
            double[] force = forces(evaluated(manager, energy, band), band, d, 2 * iteration >= iterations);
            double power = dot(force, velocity);
            double strength = Math.sqrt(dot(force, force));
            if (largest(force, d) <= tolerance && 2 * iteration >= iterations) {
                break;
            }
            if (power > 0) {
                double speed = Math.sqrt(dot(velocity, velocity));
                for (int i = 0; i < velocity.length; i++) {
                    velocity[i] = (1 - mixing) * velocity[i] + mixing * speed * force[i] / strength;
                }
                if (++downhill > PATIENCE) {
                    timeStep = Math.min(FASTER * timeStep, MAX_TIME_STEP);
                    mixing *= LESS_MIXING;
                }
            } else {
                velocity = new double[band.length];
                downhill = 0;
                timeStep *= SLOWER;
                mixing = MIXING;
            }
            for (int i = 0; i < velocity.length; i++) {
                velocity[i] += timeStep * force[i];
            }
            // Where the energy is steep, a whole step could leave its valley.
            double share = Math.min(1, farthest / (timeStep * largest(velocity, d)));
            for (int i = 0; i < velocity.length; i++) {
                band[i] += (float) (share * timeStep * velocity[i]);
            }
        }
        return Scope.computeOwned(() -> {
            NDArray found = manager.create(band, new Shape(states, d));
            return new EnergyPath(found, energy.energy(found));
        });
    }

    /** The energies of a band, and the gradients there, one state after the other. */
    private record Slopes(float[] energies, float[] gradients) {}

    private Slopes evaluated(NDManager manager, EnergyFunction energy, float[] band) {
        return Scope.compute(() -> {
            EnergyAndGradient at =
                    energy.energyAndGradient(manager.create(band, new Shape(states, band.length / states)));
            float[] energies = at.energy().toFloatArray();
            for (float each : energies) {
                if (!Float.isFinite(each)) {
                    throw new IllegalArgumentException("energy: expected a finite one on the path, found " + each);
                }
            }
            return new Slopes(energies, at.gradient().toFloatArray());
        });
    }

    /** Returns the forces on all states; none acts on the ends. */
    private double[] forces(Slopes slopes, float[] band, int d, boolean climbs) {
        float[] energies = slopes.energies();
        double[] force = new double[band.length];
        int climbing = climbs ? saddle(energies) : 0;
        double[] tangent = new double[d];
        for (int state = 1; state < states - 1; state++) {
            double[] lengths = tangent(energies, band, state, tangent);
            double along = 0;
            for (int i = 0; i < d; i++) {
                along += slopes.gradients()[state * d + i] * tangent[i];
            }
            // At the saddle, the force along the band is turned round, and no spring acts along it.
            double pull = state == climbing ? 2 * along : along + spring * (lengths[1] - lengths[0]);
            double straightening = spring * sharpness(band, state, d, lengths);
            double bendAlong = 0;
            for (int i = 0; i < d; i++) {
                bendAlong += bend(band, state * d + i, d) * tangent[i];
            }
            for (int i = 0; i < d; i++) {
                double bendAcross = bend(band, state * d + i, d) - bendAlong * tangent[i];
                force[state * d + i] =
                        pull * tangent[i] - slopes.gradients()[state * d + i] + straightening * bendAcross;
            }
        }
        return force;
    }

    /** Returns a coordinate of the sum of the vectors from a state to its two neighbours. */
    private static double bend(float[] band, int at, int d) {
        return (double) band[at + d] - 2.0 * band[at] + band[at - d];
    }

    /** Returns the switching function: 0 where the band is straight, 1 where it turns by a right angle or more. */
    private static double sharpness(float[] band, int state, int d, double[] lengths) {
        double product = 0;
        for (int i = state * d; i < (state + 1) * d; i++) {
            product += ((double) band[i] - band[i - d]) * ((double) band[i + d] - band[i]);
        }
        double scale = lengths[0] * lengths[1];
        return product > 0 && scale > 0 ? (1 + Math.cos(Math.PI * product / scale)) / 2 : 1;
    }

    /**
     * Returns the highest state between the ends; 0 where it is not a maximum. A band that goes down from an end has its highest state beside
     * it, and would climb without a bound.
     */
    private static int saddle(float[] energies) {
        int top = 1;
        for (int state = 2; state < energies.length - 1; state++) {
            top = energies[state] > energies[top] ? state : top;
        }
        return energies[top] > energies[top - 1] && energies[top] > energies[top + 1] ? top : 0;
    }

    /** Writes the unit tangent at a state, and returns the distances to its neighbours. */
    private static double[] tangent(float[] energies, float[] band, int state, double[] tangent) {
        int d = tangent.length;
        double before = energies[state - 1] - energies[state];
        double after = energies[state + 1] - energies[state];
        double backwards = before > 0 ? 1 : 0;
        double forwards = after > 0 ? 1 : 0;
        if (backwards == forwards) {
            // A state higher or lower than both neighbours: the steeper side has the larger weight.
            double most = Math.max(Math.abs(before), Math.abs(after));
            double least = Math.min(Math.abs(before), Math.abs(after));
            boolean towardsNext = energies[state + 1] > energies[state - 1];
            forwards = towardsNext ? most : least;
            backwards = towardsNext ? least : most;
            if (most == 0) {
                forwards = 1;
                backwards = 1;
            }
        }
        double[] lengths = new double[2];
        double norm = 0;
        for (int i = 0; i < d; i++) {
            double here = band[state * d + i];
            double back = here - band[(state - 1) * d + i];
            double forth = band[(state + 1) * d + i] - here;
            lengths[0] += back * back;
            lengths[1] += forth * forth;
            tangent[i] = forwards * forth + backwards * back;
            norm += tangent[i] * tangent[i];
        }
        lengths[0] = Math.sqrt(lengths[0]);
        lengths[1] = Math.sqrt(lengths[1]);
        for (int i = 0; i < d; i++) {
            tangent[i] = norm > 0 ? tangent[i] / Math.sqrt(norm) : 0;
        }
        return lengths;
    }

    private static double distance(float[] band, int d, int a, int b) {
        double sum = 0;
        for (int i = 0; i < d; i++) {
            sum += Math.pow(band[a * d + i] - band[b * d + i], 2);
        }
        return Math.sqrt(sum);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Returns the length of the longest of some vectors. */
    private static double largest(double[] vectors, int d) {
        double largest = 0;
        for (int state = 0; state < vectors.length / d; state++) {
            double sum = 0;
            for (int i = 0; i < d; i++) {
                sum += vectors[state * d + i] * vectors[state * d + i];
            }
            largest = Math.max(largest, Math.sqrt(sum));
        }
        return largest;
    }
}
