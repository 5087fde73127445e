package io.github.mnistebm.benchmark;

import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.model.DigitModel;
import java.util.Arrays;

/** The targets of the benchmark of samplers; {@code environment/bench/samplers.py} has the same. */
enum SamplerTarget {

    /** The energy of a trained model. */
    DIGITS("digits") {
        @Override
        EnergyFunction energy(DigitModel model) {
            return model.energy();
        }
    },

    /**
     * Effects of coaching on a test's score in eight schools (Rubin 1981), with the priors of posteriordb's
     * {@code eight_schools_noncentered}. The state is (μ, log τ, η₁, …, η₈).
     */
    EIGHT_SCHOOLS("eight schools") {
        @Override
        EnergyFunction energy(DigitModel model) {
            double[] effects = {28, 8, -3, 7, -1, 1, 18, 12};
            double[] errors = {15, 10, 16, 11, 9, 11, 10, 18};
            return EnergyFunction.of(10, (u, gradient) -> {
                double tau = Math.exp(u[1]);
                double energy = u[0] * u[0] / 50 + Math.log1p(tau * tau / 25) - u[1];
                gradient[0] = u[0] / 25;
                gradient[1] = 2 * tau * tau / (25 + tau * tau) - 1;
                for (int j = 0; j < effects.length; j++) {
                    double eta = u[2 + j];
                    double residual = (u[0] + tau * eta - effects[j]) / errors[j];
                    energy += (residual * residual + eta * eta) / 2;
                    gradient[0] += residual / errors[j];
                    gradient[1] += residual / errors[j] * tau * eta;
                    gradient[2 + j] = residual / errors[j] * tau + eta;
                }
                return energy;
            });
        }
    },

    /** The bioassay of Racine et al. (1986), logit p = α + β x with a uniform prior. The state is (α, β). */
    LOGISTIC_REGRESSION("logistic regression") {
        @Override
        EnergyFunction energy(DigitModel model) {
            double[] logDoses = {-0.86, -0.30, -0.05, 0.73};
            int[] deaths = {0, 1, 3, 5};
            return EnergyFunction.of(2, (u, gradient) -> {
                double energy = 0;
                for (int i = 0; i < deaths.length; i++) {
                    double logit = u[0] + u[1] * logDoses[i];
                    // e is at most 1, so that no energy overflows. HotSpot has intrinsics for exp and log, but not for
                    // log1p.
                    double e = Math.exp(-Math.abs(logit));
                    double excess = 5 * (logit > 0 ? 1 : e) / (1 + e) - deaths[i];
                    energy += 5 * (Math.max(logit, 0) + Math.log(1 + e)) - deaths[i] * logit;
                    gradient[0] += excess;
                    gradient[1] += excess * logDoses[i];
                }
                return energy;
            });
        }
    },

    /** Independent normal numbers with the standard deviations 0.01, 0.02, …, 1 (Neal 2011, section 3.3.4). */
    ILL_CONDITIONED("ill-conditioned normal") {
        @Override
        EnergyFunction energy(DigitModel model) {
            double[] precisions = new double[100];
            Arrays.setAll(precisions, i -> 1e4 / ((i + 1.0) * (i + 1)));
            return EnergyFunction.of(100, (u, gradient) -> {
                double energy = 0;
                for (int i = 0; i < u.length; i++) {
                    gradient[i] = precisions[i] * u[i];
                    energy += u[i] * gradient[i] / 2;
                }
                return energy;
            });
        }
    };

    private final String text;

    SamplerTarget(String text) {
        this.text = text;
    }

    /** Returns the energy. */
    abstract EnergyFunction energy(DigitModel model);

    @Override
    public String toString() {
        return text;
    }
}
