package io.github.mnistebm.sampling;

import io.github.mnistebm.density.EnergyFunction;

/** Targets of textbooks, written as a user of the sampler writes them. */
final class Posteriors {

    /** Effects of coaching on a test's score in eight schools, and their standard errors (Rubin 1981, table 1). */
    private static final double[] EFFECTS = {28, 8, -3, 7, -1, 1, 18, 12};

    private static final double[] ERRORS = {15, 10, 16, 11, 9, 11, 10, 18};

    private Posteriors() {}

    /**
     * The eight schools, θⱼ = μ + τ ηⱼ with the priors μ ~ N(0, 5²), τ ~ half-Cauchy(5), ηⱼ ~ N(0, 1) (Gelman et al. 2013, "Bayesian
     * Data Analysis", section 5.5; the priors are those of posteriordb's {@code eight_schools_noncentered}). The state is
     * (μ, log τ, η₁, …, η₈).
     *
     * @param jacobian 1: the density of log τ is that of τ, times τ
     */
    static EnergyFunction.AtPoint eightSchools(double jacobian) {
        return (u, gradient) -> {
            double mu = u[0];
            double tau = Math.exp(u[1]);
            double energy = mu * mu / 50 + Math.log1p(tau * tau / 25) - jacobian * u[1];
            gradient[0] = mu / 25;
            gradient[1] = 2 * tau * tau / (25 + tau * tau) - jacobian;
            for (int j = 0; j < EFFECTS.length; j++) {
                double eta = u[2 + j];
                double residual = (mu + tau * eta - EFFECTS[j]) / ERRORS[j];
                energy += (residual * residual + eta * eta) / 2;
                gradient[0] += residual / ERRORS[j];
                gradient[1] += residual / ERRORS[j] * tau * eta;
                gradient[2 + j] = residual / ERRORS[j] * tau + eta;
            }
            return energy;
        };
    }

    /** The same posterior in the centred form. The state is (μ, log τ, θ₁, …, θ₈). */
    static double eightSchoolsCentred(double[] u, double[] gradient) {
        double mu = u[0];
        double tau = Math.exp(u[1]);
        double energy = mu * mu / 50 + Math.log1p(tau * tau / 25) - u[1];
        gradient[0] = mu / 25;
        gradient[1] = 2 * tau * tau / (25 + tau * tau) - 1;
        for (int j = 0; j < EFFECTS.length; j++) {
            double residual = (u[2 + j] - EFFECTS[j]) / ERRORS[j];
            double eta = (u[2 + j] - mu) / tau;
            energy += (residual * residual + eta * eta) / 2 + u[1];
            gradient[0] -= eta / tau;
            gradient[1] += 1 - eta * eta;
            gradient[2 + j] = residual / ERRORS[j] + eta / tau;
        }
        return energy;
    }

    /** Log doses in log(g/ml) that five animals each were given, and the deaths (Racine et al. 1986; Gelman et al. 2013, table 3.1). */
    private static final double[] LOG_DOSES = {-0.86, -0.30, -0.05, 0.73};

    private static final int[] DEATHS = {0, 1, 3, 5};

    /** The logistic regression logit p = α + β x with a uniform prior (Gelman et al. 2013, section 3.7). The state is (α, β). */
    static double bioassay(double[] u, double[] gradient) {
        double energy = 0;
        for (int i = 0; i < LOG_DOSES.length; i++) {
            double logit = u[0] + u[1] * LOG_DOSES[i];
            double excess = 5 / (1 + Math.exp(-logit)) - DEATHS[i];
            energy += 5 * Math.log1p(Math.exp(logit)) - DEATHS[i] * logit;
            gradient[0] += excess;
            gradient[1] += excess * LOG_DOSES[i];
        }
        return energy;
    }

    /** Neal's funnel, v ~ N(0, 3²) and xᵢ ~ N(0, eᵛ) (Neal 2003, "Slice sampling", section 8). The state is (v, x₁, …, x₉). */
    static double funnel(double[] u, double[] gradient) {
        double energy = u[0] * u[0] / 18;
        gradient[0] = u[0] / 9;
        for (int i = 1; i < u.length; i++) {
            double square = u[i] * u[i] * Math.exp(-u[0]);
            energy += (square + u[0]) / 2;
            gradient[0] += (1 - square) / 2;
            gradient[i] = u[i] * Math.exp(-u[0]);
        }
        return energy;
    }

    /** A normal distribution with the standard deviations 0.01, 0.02, …, 1 (Neal 2011, "MCMC using Hamiltonian dynamics", section 3.3.4). */
    static double illConditioned(double[] u, double[] gradient) {
        double energy = 0;
        for (int i = 0; i < u.length; i++) {
            double precision = 1e4 / ((i + 1.0) * (i + 1));
            gradient[i] = precision * u[i];
            energy += u[i] * gradient[i] / 2;
        }
        return energy;
    }

    /**
     * The banana of Haario, Saksman &amp; Tamminen (1999, "Adaptive proposal distribution for random walk Metropolis algorithm", section 3):
     * x ~ N(0, 10²), y = z − b (x² − 100) with z ~ N(0, 1) and b = 0.03, the moderate bend.
     */
    static double banana(double[] u, double[] gradient) {
        double bend = u[1] + 0.03 * (u[0] * u[0] - 100);
        gradient[0] = u[0] / 100 + 0.06 * u[0] * bend;
        gradient[1] = bend;
        return u[0] * u[0] / 200 + bend * bend / 2;
    }
}
