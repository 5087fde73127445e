/**
 * The transition kernels in plain loops over Java arrays, for processors. Depends on densities only, not on DJL. Positions lie as {@code
 * [coordinate][chain]}, so that the just-in-time compiler makes vector instructions of the inner loops.
 */
package io.github.mnistebm.sampling.host;
