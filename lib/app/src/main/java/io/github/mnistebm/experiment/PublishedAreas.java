package io.github.mnistebm.experiment;

import io.github.mnistebm.evaluation.anomaly.HeldOutSplit;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;

/**
 * Published areas under the precision-recall curve for digits of MNIST held out of training, with the split that they belong to.
 *
 * <p>The same papers have a row for a variational autoencoder, .063 on ones, which is left out because it cannot belong to their split:
 * where 7,877 ones are tested with 12,425 other digits, a score at random has .388, and one that ranks every one last still has .226.
 *
 * @param name the model
 * @param split the split
 * @param areas the areas by digit
 */
record PublishedAreas(String name, HeldOutSplit split, Map<Integer, Double> areas) {

    private static final List<PublishedAreas> ALL = List.of(
            // Pang et al. 2020, "Learning latent space energy-based prior model".
            papers("latent-space energy-based model", 0.336, 0.630, 0.619, 0.463, 0.413),
            // Yu et al. 2023, "Learning energy-based prior model with diffusion-amortized MCMC".
            papers("diffusion-amortized MCMC", 0.684, 0.911, 0.939, 0.801, 0.705),
            // Cui, Wu & Han 2023, "Learning joint latent space EBM prior model for multi-layer generator", table 3.
            papers("joint energy-based model", 0.722, 0.949, 0.980, 0.941, 0.935),
            new PublishedAreas("N²CE", HeldOutSplit.PAPERS, Map.of(1, 0.959)));

    private static PublishedAreas papers(String name, double one, double four, double five, double seven, double nine) {
        return new PublishedAreas(name, HeldOutSplit.PAPERS, Map.of(1, one, 4, four, 5, five, 7, seven, 9, nine));
    }

    /** Returns a column of areas for each model with some of that split; empty where a digit was not measured. */
    static DoubleColumn[] columns(HeldOutSplit split, IntColumn digits) {
        return ALL.stream()
                .filter(published -> published.split == split)
                .map(published -> published.column(digits))
                .toArray(DoubleColumn[]::new);
    }

    private DoubleColumn column(IntColumn digits) {
        DoubleColumn column = Areas.create(name);
        // Tablesaw leaves a cell empty for null.
        digits.forEach(digit -> column.append(areas.get(digit)));
        return column;
    }
}
