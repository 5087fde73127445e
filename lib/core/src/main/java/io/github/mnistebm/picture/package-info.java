/** Pictures of a digit as users bring them, of any size and colour, read as images like MNIST's. */
package io.github.mnistebm.picture;
