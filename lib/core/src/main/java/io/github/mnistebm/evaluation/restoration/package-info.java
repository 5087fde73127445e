/** The quality of completions of images of which a part is hidden. */
package io.github.mnistebm.evaluation.restoration;
