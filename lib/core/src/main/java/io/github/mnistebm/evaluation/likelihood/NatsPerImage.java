package io.github.mnistebm.evaluation.likelihood;

import io.github.mnistebm.diagnostics.LogMean;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.Quantile;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * The mean of −log p(x) over images, in nats an image, under several distributions of their latents.
 *
 * @param images the number of images
 * @param draws the number of draws an image
 * @param energy that of p(u) = exp(−f(u)) q(u) / Z
 * @param reference that of the reference measure q alone
 * @param normal that of a further distribution; null if there is none
 * @param gain {@code reference} less {@code energy}, image by image from the same draws
 * @param logNormalizer log Z, which is added to {@code energy} and taken from {@code gain}
 * @param normalizerError the standard error of {@code logNormalizer}, which all images share, and which is in no other error
 * @param medianEffectiveSampleSize the median over the images of the effective sample size of the weights of the energy
 * @param lowEffectiveSampleSize the size below which 5 % of the images are
 */
public record NatsPerImage(
        int images,
        int draws,
        Estimate energy,
        Estimate reference,
        Estimate normal,
        Estimate gain,
        double logNormalizer,
        double normalizerError,
        double medianEffectiveSampleSize,
        double lowEffectiveSampleSize) {

    private static final double LOW = 0.05;

    /**
     * A mean over images.
     *
     * @param nats the mean
     * @param standardError its standard error, from the spread of the images, in which that of the draws is contained
     * @param drawError the part that further draws for the same images would reduce; null if it is not known
     */
    public record Estimate(double nats, double standardError, Double drawError) {

        static Estimate of(double[] values, Double drawError) {
            double mean = 0;
            for (double value : values) {
                mean += value / values.length;
            }
            double variance = 0;
            for (double value : values) {
                variance += (value - mean) * (value - mean) / (values.length - 1);
            }
            return new Estimate(mean, Math.sqrt(variance / values.length), drawError);
        }

        /** Of −log p(x), shifted. */
        static Estimate of(List<LogMean> logs, double shift) {
            double squares = 0;
            for (LogMean log : logs) {
                squares += log.standardError() * log.standardError();
            }
            return of(
                    logs.stream().mapToDouble(log -> shift - log.value()).toArray(), Math.sqrt(squares) / logs.size());
        }
    }

    /**
     * Puts the estimates below each other.
     *
     * @return a row each: nats, their standard error from the spread of the images, and the part of it that is due to the draws; the error
     *     of log Z, which the images share, is that of {@link #normalizerError}
     */
    public Table table() {
        StringColumn names = StringColumn.create("distribution of latents");
        DoubleColumn nats = DoubleColumn.create("nats");
        DoubleColumn errors = DoubleColumn.create("standard error");
        DoubleColumn drawErrors = DoubleColumn.create("of which draws");
        Map<String, Estimate> rows = new LinkedHashMap<>();
        rows.put("energy", energy);
        rows.put("reference measure alone", reference);
        rows.put("reference measure less energy", gain);
        if (normal != null) {
            rows.put("standard normal", normal);
        }
        rows.forEach((name, estimate) -> {
            names.append(name);
            nats.append(estimate.nats);
            errors.append(estimate.standardError);
            if (estimate.drawError == null) {
                drawErrors.appendMissing();
            } else {
                drawErrors.append(estimate.drawError);
            }
        });
        return Table.create("−log p(x) of " + images + " test images", names, nats, errors, drawErrors);
    }

    /** From the mean weights of each image. */
    static NatsPerImage of(List<LogMean> energy, List<LogMean> reference, List<LogMean> normal, LogMean normalizer) {
        double[] gains = IntStream.range(0, energy.size())
                .mapToDouble(i -> energy.get(i).value() - reference.get(i).value() - normalizer.value())
                .toArray();
        double[] sizes =
                energy.stream().mapToDouble(LogMean::effectiveSampleSize).toArray();
        double[] quantiles = Quantile.withDefaults().evaluate(sizes, 0.5, LOW);
        return new NatsPerImage(
                energy.size(),
                energy.get(0).draws(),
                Estimate.of(energy, normalizer.value()),
                Estimate.of(reference, 0),
                normal == null ? null : Estimate.of(normal, 0),
                Estimate.of(gains, null),
                normalizer.value(),
                normalizer.standardError(),
                quantiles[0],
                quantiles[1]);
    }
}
