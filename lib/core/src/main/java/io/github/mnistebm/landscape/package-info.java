/**
 * Views of the landscape of an energy: the plane that shows most of where some points differ, and the path of least energy between two
 * points.
 */
package io.github.mnistebm.landscape;
