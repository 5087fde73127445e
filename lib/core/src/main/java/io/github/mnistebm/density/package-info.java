/**
 * Densities known by their energy E(u) = −log p(u) + constant: the interface that samplers work with, reference measures q with exact
 * draws (standard normal, Gaussian mixture, uniform on a cube), and the tilted energy f(u) − log q(u). All but the uniform one have a second
 * form in plain loops.
 *
 * <p>More than a dozen classes: each density has its loops beside it.
 */
package io.github.mnistebm.density;
