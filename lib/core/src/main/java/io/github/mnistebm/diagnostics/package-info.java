/** Measures of convergence and of independence of Markov chains, and of the worth of importance weights, computed as plain numbers. */
package io.github.mnistebm.diagnostics;
