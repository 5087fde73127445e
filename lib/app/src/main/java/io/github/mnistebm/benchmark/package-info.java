/**
 * Speed and memory of this library beside Python's: the work to measure ({@link io.github.mnistebm.benchmark.Work}), the processes that
 * do it, and the comparison of two of them, which alternate.
 */
package io.github.mnistebm.benchmark;
