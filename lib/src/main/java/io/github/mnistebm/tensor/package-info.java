/** What the packages share that work with arrays on the device, where DJL's own methods go through the host or are unsafe. */
package io.github.mnistebm.tensor;
