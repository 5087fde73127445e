package io.github.mnistebm.evaluation.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.diagnostics.LogMean;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.DigitModel;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The bundled model with the sizes of the seed project has few enough latents for a grid. */
class FourLatentsTest {

    private static final int IMAGES = 3;
    private static final int SIDE = 17;
    private static final double STEP = 0.65;

    private final RandomSource random = RandomSource.of(1);

    @Test
    @Tag("slow")
    void importanceSamplingAgreesWithQuadrature() throws IOException {
        try (DigitModel model = DigitModel.load(DataFolder.pretrainedSeed(), Device.cpu());
                DigitImages test = DigitImages.test(DataFolder.mnist(), Device.cpu())) {
            Scope.run(() -> {
                NDArray images = test.thresholded().get(new NDIndex(":" + IMAGES));
                images.attach(model.manager());
                NDArray starts = model.encode(images);
                NatsPerImage found = new PixelLikelihood(
                                model.latentSpace()::reconstructionEnergy, model.energy(), null)
                        .estimate(images, starts, 4000, random, done -> {});
                double sum = 0;
                for (int i = 0; i < IMAGES; i++) {
                    NDIndex row = new NDIndex().addSliceDim(i, i + 1);
                    sum += quadrature(model, images.get(row).toType(DataType.FLOAT32, false), starts.get(row));
                }
                double expected = found.logNormalizer() - sum / IMAGES;
                assertThat(found.energy().drawError()).isLessThan(0.1);
                assertThat(found.energy().nats())
                        .isCloseTo(expected, within(4.5 * found.energy().drawError()));
            });
        }
    }

    /** The logarithm of the integral over the latents of p(x | u) exp(−f(u)) q(u). */
    private double quadrature(DigitModel model, NDArray image, NDArray start) {
        EnergyFunction likelihood = model.latentSpace().reconstructionEnergy(image);
        LaplaceApproximation posterior = LaplaceApproximation.fit(likelihood, List.of(model.energy()), start, random)
                .get(0);
        EnergyFunction energy = posterior.inCoordinates(likelihood.plus(model.energy()));
        int rows = SIDE * SIDE;
        double[] sums = new double[rows];
        Arrays.setAll(
                sums,
                part -> Scope.compute(() -> {
                    NDArray coordinates = grid(model.manager(), part);
                    double[] logs = energy.energy(coordinates)
                            .toType(DataType.FLOAT64, false)
                            .toDoubleArray();
                    Arrays.setAll(logs, k -> -logs[k]);
                    return LogMean.of(logs).value();
                }));
        return LogMean.of(sums).value() + 4 * Math.log(SIDE * STEP);
    }

    /** The points of the grid whose first two coordinates are those of a number. */
    private static NDArray grid(NDManager manager, int part) {
        float[] values = new float[SIDE * SIDE * 4];
        for (int i = 0; i < SIDE * SIDE; i++) {
            int[] indices = {part / SIDE, part % SIDE, i / SIDE, i % SIDE};
            for (int j = 0; j < 4; j++) {
                values[4 * i + j] = (float) ((indices[j] - SIDE / 2) * STEP);
            }
        }
        return manager.create(values, new Shape(SIDE * SIDE, 4));
    }
}
