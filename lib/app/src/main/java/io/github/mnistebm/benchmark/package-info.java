/**
 * Speed and memory of this library beside Python's: what is measured ({@link io.github.mnistebm.benchmark.Work}), the processes that
 * do it, and the comparison of two of them, run by turns.
 */
package io.github.mnistebm.benchmark;
