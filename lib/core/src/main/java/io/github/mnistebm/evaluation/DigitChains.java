package io.github.mnistebm.evaluation;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.DataSet;
import io.github.mnistebm.diagnostics.ChainDiagnostics;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.sampling.SampleRun;
import io.github.mnistebm.tensor.Scope;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.DoubleStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Chains as a classifier reads them: the class of each draw, such as the digit that it shows, and so how chains cross between classes.
 *
 * @param labels a row a chain, the label of a class a draw
 * @param data the set whose classes the classifier reads
 * @param thinning chain steps from one draw to the next
 * @param quantities the diagnostics of the energy and of each latent coordinate, as of {@link SampleRun#diagnostics}
 */
public record DigitChains(int[][] labels, DataSet data, int thinning, Table quantities) {

    /**
     * Reads the draws of a run.
     *
     * @param run the draws
     * @param thinning the thinning of the run
     * @param model decodes them
     * @param classifier reads them
     * @return the chains
     * @throws IllegalArgumentException if there are too few draws, see {@link ChainDiagnostics#of}
     */
    public static DigitChains of(SampleRun run, int thinning, DigitModel model, DigitClassifier classifier) {
        Table quantities = run.diagnostics();
        return Scope.compute(() -> {
            NDArray positions = run.positions();
            int draws = (int) positions.getShape().get(0);
            int chains = (int) positions.getShape().get(1);
            NDArray images = model.decodeBinary(
                    positions.reshape(-1, positions.getShape().get(2)));
            byte[] read = classifier.read(images);
            int[][] labels = new int[chains][draws];
            for (int draw = 0; draw < draws; draw++) {
                for (int chain = 0; chain < chains; chain++) {
                    labels[chain][draw] = read[draw * chains + chain] & 0xff;
                }
            }
            return new DigitChains(labels, classifier.dataSet(), thinning, quantities);
        });
    }

    /**
     * Diagnoses the energy, each latent coordinate, and for each class the share of draws that show it.
     *
     * @return rows for the quantities: mean, R-hat, bulk and tail effective sample size; R-hat and sizes are NaN for a class that
     *     no draw or every draw shows
     */
    public Table diagnostics() {
        Table table = quantities.copy();
        for (int label = 0; label < data.classes().size(); label++) {
            double[][] shows = new double[labels.length][labels[0].length];
            double sum = 0;
            for (int chain = 0; chain < labels.length; chain++) {
                for (int draw = 0; draw < shows[chain].length; draw++) {
                    shows[chain][draw] = labels[chain][draw] == label ? 1 : 0;
                    sum += shows[chain][draw];
                }
            }
            double mean = sum / labels.length / labels[0].length;
            ChainDiagnostics found = mean > 0 && mean < 1
                    ? ChainDiagnostics.of(shows)
                    : new ChainDiagnostics(Double.NaN, Double.NaN, Double.NaN);
            table.stringColumn(SampleRun.QUANTITY)
                    .append("shows a " + data.classes().get(label));
            table.doubleColumn(SampleRun.MEAN).append(mean);
            table.doubleColumn(SampleRun.R_HAT).append(found.rHat());
            table.doubleColumn(SampleRun.BULK_SIZE).append(found.bulkEffectiveSampleSize());
            table.doubleColumn(SampleRun.TAIL_SIZE).append(found.tailEffectiveSampleSize());
        }
        return table;
    }

    /**
     * Says whether the chains have converged.
     *
     * @return one sentence, which names the quantity of the largest R-hat where one exceeds {@link ChainDiagnostics#CONVERGED}
     */
    public String verdict() {
        Table table = diagnostics();
        DoubleColumn rHats = table.doubleColumn(SampleRun.R_HAT);
        int worst = -1;
        for (int row = 0; row < rHats.size(); row++) {
            double rHat = rHats.get(row);
            if (!(rHat <= ChainDiagnostics.CONVERGED) && (worst < 0 || !(rHat <= rHats.get(worst)))) {
                worst = row;
            }
        }
        if (worst < 0) {
            return String.format(
                    Locale.ROOT,
                    "Converged: R-hat is at most %.2f for the energy, every latent coordinate and every %s.",
                    ChainDiagnostics.CONVERGED,
                    data.noun());
        }
        return String.format(
                Locale.ROOT,
                "Not converged: R-hat of \"%s\" is %.3f, more than %.2f. Run the chains longer.",
                table.stringColumn(SampleRun.QUANTITY).get(worst),
                rHats.get(worst),
                ChainDiagnostics.CONVERGED);
    }

    /**
     * Counts how chains go from class to class.
     *
     * @return a row a class: of the draws that show it, the share whose next draw shows each class; empty cells for a class
     *     that no draw but the last shows
     */
    public Table transitions() {
        int classes = data.classes().size();
        double[][] counts = new double[classes][classes];
        for (int[] chain : labels) {
            for (int draw = 1; draw < chain.length; draw++) {
                counts[chain[draw - 1]][chain[draw]]++;
            }
        }
        Table table = Table.create(
                "from " + data.noun() + " to " + data.noun() + " in " + thinning + " steps",
                StringColumn.create("from", data.classes()));
        for (int to = 0; to < classes; to++) {
            DoubleColumn shares = DoubleColumn.create("to " + data.classes().get(to));
            for (double[] ofClass : counts) {
                // 0 / 0 is NaN, which is an empty cell.
                shares.append(ofClass[to] / DoubleStream.of(ofClass).sum());
            }
            table.addColumns(shares);
        }
        return table;
    }

    /**
     * Counts the crossings of chains from class to class. Those between two draws that show the same class are not seen, so that draws
     * that lie farther apart show fewer.
     *
     * @return the mean number over the chains, in a thousand steps; NaN if the chains have a single draw
     */
    public double crossingsPerThousandSteps() {
        long crossings = 0;
        long steps = 0;
        for (int[] chain : labels) {
            for (int draw = 1; draw < chain.length; draw++) {
                crossings += chain[draw - 1] == chain[draw] ? 0 : 1;
                steps += thinning;
            }
        }
        return 1000.0 * crossings / steps;
    }

    /**
     * Measures the round trips of chains: from the draw that first shows a class, by way of another class, to the next draw that
     * shows it again.
     *
     * @return the mean over all completed round trips in chain steps; NaN if there was none
     */
    public double roundTripSteps() {
        long trips = 0;
        long draws = 0;
        for (int[] chain : labels) {
            int[] entered = new int[data.classes().size()];
            Arrays.fill(entered, -1);
            for (int draw = 0; draw < chain.length; draw++) {
                boolean entry = draw == 0 || chain[draw - 1] != chain[draw];
                if (!entry) {
                    continue;
                }
                int label = chain[draw];
                if (entered[label] >= 0) {
                    trips++;
                    draws += draw - entered[label];
                }
                entered[label] = draw;
            }
        }
        return trips == 0 ? Double.NaN : (double) draws * thinning / trips;
    }
}
