/** Measures of convergence and of independence of Markov chains, computed from draws as plain numbers. */
package io.github.mnistebm.diagnostics;
