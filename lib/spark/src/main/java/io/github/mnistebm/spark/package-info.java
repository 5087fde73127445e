/** The library inside a partition function of Apache Spark. */
package io.github.mnistebm.spark;
