/**
 * The common base of the packages that work with arrays on the device. Starts the engine, replaces methods of DJL that go through the
 * host, are unsafe or are slow, provides random numbers, and ends a long computation whose thread is interrupted.
 */
package io.github.mnistebm.tensor;
