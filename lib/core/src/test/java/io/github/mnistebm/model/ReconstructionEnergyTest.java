package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.tensor.RandomSource;
import org.junit.jupiter.api.Test;

class ReconstructionEnergyTest extends WithTinyModel {

    private static final int IMAGES = 2;
    private static final int STATES = 6;

    private final RandomSource random = RandomSource.of(1);
    private final NDArray images = pixels();
    private final NDArray known = pixels();
    private final EnergyFunction potential =
            model.energy().tilt().plus(new ReconstructionEnergy(model.latentSpace(), images, known));
    private final NDArray states =
            random.normal(model.manager(), new Shape(STATES, model.energy().dimension()));

    private NDArray pixels() {
        return random.uniform(model.manager(), 0, 1, new Shape(IMAGES, 1, 784)).round();
    }

    @Test
    void isTheTiltAndTheLikelihoodOfTheKnownPixelsOfEachStatesImage() {
        float[] logits = model.latentSpace().decodeLogits(states).toFloatArray();
        float[] tilts = model.energy().tilt().energy(states).toFloatArray();
        float[] white = images.toFloatArray();
        float[] seen = known.toFloatArray();
        float[] expected = new float[STATES];
        for (int state = 0; state < STATES; state++) {
            int image = state / (STATES / IMAGES);
            double sum = tilts[state];
            for (int pixel = 0; pixel < 784; pixel++) {
                double logit = logits[state * 784 + pixel];
                double probability = 1 / (1 + Math.exp(-logit));
                boolean isWhite = white[image * 784 + pixel] == 1;
                sum -= seen[image * 784 + pixel] * Math.log(isWhite ? probability : 1 - probability);
            }
            expected[state] = (float) sum;
        }
        assertThat(potential.energy(states).toFloatArray()).containsExactly(expected, within(1e-2f));
        assertThat(potential.energyAndGradient(states).energy().toFloatArray())
                .containsExactly(expected, within(1e-2f));
    }

    @Test
    void itsGradientIsThatOfAutomaticDifferentiation() {
        EnergyAndGradient tilt = model.energy().tilt().energyAndGradient(states);
        EnergyAndGradient found = potential.energyAndGradient(states);
        NDArray followed = states.duplicate();
        followed.setRequiresGradient(true);
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            NDArray logits = model.latentSpace()
                    .autoencoder()
                    .decodeLogits(model.latentSpace().whitening().unwhiten(followed))
                    .reshape(IMAGES, -1, 784);
            NDArray probabilities = logits.getNDArrayInternal().sigmoid();
            NDArray likelihood = images.mul(probabilities)
                    .add(images.mul(-1).add(1).mul(probabilities.mul(-1).add(1)));
            collector.backward(likelihood.log().mul(known).sum().neg());
        }
        float[] expected = followed.getGradient().add(tilt.gradient()).toFloatArray();
        assertThat(found.gradient().toFloatArray()).containsExactly(expected, within(1e-2f));
    }
}
