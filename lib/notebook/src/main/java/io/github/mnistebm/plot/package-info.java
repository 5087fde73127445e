/** Pictures: grids of images, and JFreeChart charts of tables and latents. */
package io.github.mnistebm.plot;
