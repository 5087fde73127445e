/** What the packages share that work with arrays on the device, where DJL's own methods go through the host, are unsafe or are slow; and how a
 * long computation ends when its thread is interrupted. */
package io.github.mnistebm.tensor;
