package io.github.mnistebm.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.statistics.descriptive.Median;
import org.apache.commons.statistics.descriptive.StandardDeviation;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Measurements that were repeated with several seeds, with the error that this shows.
 *
 * @param seeds the seeds
 * @param sets the measurements by the name of the set of images, for each seed
 */
public record QualityReport(List<Integer> seeds, List<Map<String, SampleQuality>> sets) {

    /**
     * A measure over the seeds.
     *
     * @param median the middle one
     * @param standardDeviation the standard deviation of one measurement, which is the Monte Carlo error of each; null for a single seed
     * @param values one a seed
     */
    public record Spread(double median, Double standardDeviation, List<Double> values) {

        static Spread of(List<Double> values) {
            double[] array = values.stream().mapToDouble(Double::doubleValue).toArray();
            Double deviation = array.length > 1 ? StandardDeviation.of(array).getAsDouble() : null;
            return new Spread(Median.withDefaults().evaluate(array), deviation, List.copyOf(values));
        }

        @Override
        public String toString() {
            String number = String.format(Locale.ROOT, "%.3f", median);
            return standardDeviation == null
                    ? number
                    : number + String.format(Locale.ROOT, " ± %.3f", standardDeviation);
        }
    }

    /**
     * Checks that there is something to report.
     *
     * @throws IllegalArgumentException if there is not one set of measurements for each of at least one seed
     */
    public QualityReport {
        if (seeds.isEmpty() || seeds.size() != sets.size()) {
            throw new IllegalArgumentException("report: expected measurements for each of at least one seed, found "
                    + sets.size() + " for " + seeds.size());
        }
        seeds = List.copyOf(seeds);
        sets = List.copyOf(sets);
    }

    /**
     * Returns all measures.
     *
     * @return by the name of the set, then by that of the measure
     */
    public Map<String, Map<String, Spread>> spreads() {
        Map<String, Map<String, Spread>> spreads = new LinkedHashMap<>();
        for (String set : sets.get(0).keySet()) {
            Map<String, List<Double>> values = new LinkedHashMap<>();
            for (Map<String, SampleQuality> measured : sets) {
                measured.get(set).toMap().forEach((measure, value) -> values.computeIfAbsent(
                                measure, m -> new ArrayList<>())
                        .add(value));
            }
            Map<String, Spread> ofSet = new LinkedHashMap<>();
            values.forEach((measure, list) -> ofSet.put(measure, Spread.of(list)));
            spreads.put(set, ofSet);
        }
        return spreads;
    }

    /**
     * Puts the sets side by side.
     *
     * @return a row a measure, a column a set; each cell the median over the seeds ± the standard deviation
     */
    public Table table() {
        Map<String, Map<String, Spread>> spreads = spreads();
        StringColumn measures = StringColumn.create("measure");
        spreads.values().iterator().next().keySet().forEach(measures::append);
        Table table = Table.create("quality over seeds " + seeds, measures);
        spreads.forEach((set, ofSet) -> {
            StringColumn cells = StringColumn.create(set);
            ofSet.values().forEach(spread -> cells.append(spread.toString()));
            table.addColumns(cells);
        });
        return table;
    }
}
