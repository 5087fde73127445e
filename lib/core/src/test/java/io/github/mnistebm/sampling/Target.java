package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.HostEnergy;
import java.util.Optional;

/** Distributions on the plane whose moments are known. */
enum Target implements EnergyFunction {

    /** Mean 0, covariance I. */
    STANDARD_NORMAL {
        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            return new EnergyAndGradient(states.square().sum(new int[] {1}).div(2), states.duplicate());
        }

        @Override
        double[] at(double x, double y) {
            return new double[] {(x * x + y * y) / 2, x, y};
        }
    },

    /** Mean (1, −2), variances 1 and 4, correlation 0.8. */
    CORRELATED_NORMAL {
        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            NDArray mean = states.getManager().create(new float[] {1, -2});
            // The inverse of [[1, 1.6], [1.6, 4]], whose determinant is 1.44.
            NDArray precision =
                    states.getManager().create(new float[][] {{4 / 1.44f, -1.6f / 1.44f}, {-1.6f / 1.44f, 1 / 1.44f}});
            NDArray centred = states.sub(mean);
            NDArray gradient = centred.matMul(precision);
            return new EnergyAndGradient(
                    centred.mul(gradient).sum(new int[] {1}).div(2), gradient);
        }

        @Override
        double[] at(double x, double y) {
            double gradientX = (4 * (x - 1) - 1.6 * (y + 2)) / 1.44;
            double gradientY = ((y + 2) - 1.6 * (x - 1)) / 1.44;
            return new double[] {((x - 1) * gradientX + (y + 2) * gradientY) / 2, gradientX, gradientY};
        }
    },

    /** 0.3 N((−1.5, 0), I) + 0.7 N((1.5, 0), I). */
    MIXTURE {
        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            NDArray x = column(states, 0);
            // With a = 1.5: log p = −(x² + y² + a²)/2 + log(0.3 e^(−ax) + 0.7 e^(ax)) + const.
            NDArray left = x.mul(-1.5).exp().mul(0.3);
            NDArray right = x.mul(1.5).exp().mul(0.7);
            NDArray sum = left.add(right);
            NDArray energy = states.square().sum(new int[] {1}).div(2).sub(sum.log());
            NDArray pull = right.sub(left).mul(1.5).div(sum);
            return new EnergyAndGradient(energy, rows(x.sub(pull), column(states, 1)));
        }

        @Override
        double[] at(double x, double y) {
            double left = 0.3 * Math.exp(-1.5 * x);
            double right = 0.7 * Math.exp(1.5 * x);
            double energy = (x * x + y * y) / 2 - Math.log(left + right);
            return new double[] {energy, x - 1.5 * (right - left) / (left + right), y};
        }
    },

    /** E = x/2 + y/4, which tilts another measure. */
    TILT {
        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            NDArray slopes = states.getManager().create(new float[] {0.5f, 0.25f});
            return new EnergyAndGradient(
                    states.mul(slopes).sum(new int[] {1}), states.zerosLike().add(slopes));
        }

        @Override
        double[] at(double x, double y) {
            return new double[] {x / 2 + y / 4, 0.5, 0.25};
        }
    },

    /** E = 0, with a gradient that is infinite where x exceeds 1. */
    STEEP_BEYOND_ONE {
        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            NDArray zeros = column(states, 0).zerosLike();
            NDArray infinite = zeros.add(Float.POSITIVE_INFINITY);
            return new EnergyAndGradient(
                    zeros, rows(NDArrays.where(column(states, 0).gt(1), infinite, zeros), zeros));
        }

        @Override
        double[] at(double x, double y) {
            return new double[] {0, x > 1 ? Double.POSITIVE_INFINITY : 0, 0};
        }
    },

    /** E = 0, infinite where x is less than 1. */
    FORBIDDEN_BELOW_ONE {
        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            NDArray zeros = column(states, 0).zerosLike();
            NDArray infinite = zeros.add(Float.POSITIVE_INFINITY);
            return new EnergyAndGradient(NDArrays.where(column(states, 0).lt(1), infinite, zeros), rows(zeros, zeros));
        }

        @Override
        double[] at(double x, double y) {
            return new double[] {x < 1 ? Double.POSITIVE_INFINITY : 0, 0, 0};
        }
    },

    /** x standard normal, y given x normal with mean (x² − 1)/2 and variance 1. */
    BANANA {
        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            NDArray x = column(states, 0);
            NDArray bend = column(states, 1).sub(x.square().sub(1).div(2));
            NDArray energy = x.square().add(bend.square()).div(2);
            return new EnergyAndGradient(energy, rows(x.sub(bend.mul(x)), bend));
        }

        @Override
        double[] at(double x, double y) {
            double bend = y - (x * x - 1) / 2;
            return new double[] {(x * x + bend * bend) / 2, x - bend * x, bend};
        }
    },

    /** 1.5 x − 2 y, which is the energy of no distribution: Langevin steps have the same drift everywhere. */
    LINEAR {
        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            NDArray slope = states.getManager().create(new float[] {1.5f, -2});
            return new EnergyAndGradient(
                    states.matMul(slope), states.zerosLike().add(slope));
        }

        @Override
        double[] at(double x, double y) {
            return new double[] {1.5 * x - 2 * y, 1.5, -2};
        }
    },

    /** The standard normal within radius 2; beyond it neither energy nor gradient is a number. */
    UNDEFINED_OUTSIDE {
        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            NDArray square = states.square().sum(new int[] {1});
            NDArray outside = square.gt(4);
            NDArray energy = NDArrays.where(outside, square.zerosLike().add(Float.NaN), square.div(2));
            NDArray nowhere = states.zerosLike().add(Float.NaN);
            return new EnergyAndGradient(
                    energy, NDArrays.where(outside.expandDims(1).broadcast(states.getShape()), nowhere, states));
        }

        @Override
        double[] at(double x, double y) {
            double square = x * x + y * y;
            return square > 4 ? new double[] {Double.NaN, Double.NaN, Double.NaN} : new double[] {square / 2, x, y};
        }
    };

    /** Energy and gradient at a point. */
    abstract double[] at(double x, double y);

    /** The same distribution in plain loops; {@link #energyAndGradient} is then not called. */
    EnergyFunction inLoops() {
        return new InLoops(this);
    }

    private record InLoops(Target target) implements EnergyFunction, HostEnergy {
        @Override
        public int dimension() {
            return 2;
        }

        @Override
        public NDArray energy(NDArray states) {
            throw new AssertionError("tensor operations on a target that has loops");
        }

        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            throw new AssertionError("tensor operations on a target that has loops");
        }

        @Override
        public Optional<HostEnergy> onHost() {
            return Optional.of(this);
        }

        @Override
        public long multiplications() {
            return 10;
        }

        @Override
        public Evaluator evaluator(int lanes) {
            return new Evaluator() {
                @Override
                public void energy(int chains, float[][] positions, float[] energies) {
                    energyAndGradient(chains, positions, energies, new float[2][lanes]);
                }

                @Override
                public void energyAndGradient(int chains, float[][] positions, float[] energies, float[][] gradients) {
                    for (int lane = 0; lane < lanes; lane++) {
                        double[] at = target.at(positions[0][lane], positions[1][lane]);
                        energies[lane] = (float) at[0];
                        gradients[0][lane] = (float) at[1];
                        gradients[1][lane] = (float) at[2];
                    }
                }
            };
        }
    }

    @Override
    public int dimension() {
        return 2;
    }

    @Override
    public NDArray energy(NDArray states) {
        return energyAndGradient(states).energy();
    }

    private static NDArray column(NDArray states, int index) {
        return states.get(new NDIndex(":," + index));
    }

    private static NDArray rows(NDArray x, NDArray y) {
        return NDArrays.stack(new NDList(x, y), 1);
    }
}
