package io.github.mnistebm.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.GradientCollector;
import io.github.mnistebm.autoencoder.AutoencoderLoss.LossAndGradient;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.training.FlatParameters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AutoencoderTest {

    private final RandomSource random = RandomSource.of(1);

    @Test
    void itsLossIsTheBernoulliNegativeLogLikelihood() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray images = manager.create(new float[][] {{1, 0}, {1, 1}});
            NDArray logits = manager.create(new float[][] {{2, -1}, {0, 0.5f}});
            double expected = (logistic(-2) + logistic(-1) + logistic(0) + logistic(-0.5)) / 2;
            assertThat((double) Autoencoder.crossEntropy(images, logits).getFloat())
                    .isCloseTo(expected, within(1e-6));
        }
    }

    /** log(1 + e^a): the negative log-probability of a pixel whose logit speaks against it by a. */
    private static double logistic(double a) {
        return Math.log1p(Math.exp(a));
    }

    @ParameterizedTest
    @EnumSource
    void mapsImagesToLatentsAndBackToLogits(DecoderArchitecture decoder) {
        try (NDManager manager = NDManager.newBaseManager();
                Autoencoder autoencoder = Autoencoder.create(manager, small(decoder), random)) {
            NDArray latents = autoencoder.encode(manager.zeros(new Shape(5, 784)));
            assertThat(latents.getShape()).isEqualTo(new Shape(5, 3));
            assertThat(autoencoder.decodeLogits(latents).getShape()).isEqualTo(new Shape(5, 784));
        }
    }

    @ParameterizedTest
    @EnumSource
    void itsParametersHaveTheAnnouncedShapes(DecoderArchitecture decoder) {
        try (NDManager manager = NDManager.newBaseManager();
                Autoencoder autoencoder = Autoencoder.create(manager, small(decoder), random)) {
            Map<String, Shape> shapes = new HashMap<>();
            autoencoder.namedParameters().forEach((name, parameter) -> shapes.put(name, parameter.getShape()));
            assertThat(shapes).isEqualTo(Autoencoder.parameterShapes(small(decoder)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void itsGradientInClosedFormIsThatOfAutomaticDifferentiation(DecoderArchitecture decoder) {
        try (NDManager manager = NDManager.newBaseManager();
                Autoencoder autoencoder = Autoencoder.create(manager, small(decoder), random)) {
            NDArray latents = random.normal(manager, new Shape(5, 3));
            NDArray signal = random.normal(manager, new Shape(5, 784));
            latents.setRequiresGradient(true);
            NDArray logits;
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                logits = autoencoder.decodeLogits(latents);
                collector.backward(logits.mul(signal).sum());
            }
            DecodedLogits decoded = autoencoder.decodeWithGradient(latents.stopGradient());
            assertThat(decoded.logits().allClose(logits, 1e-5, 1e-5, false)).isTrue();
            assertThat(decoded.vectorJacobianProduct().apply(signal).toFloatArray())
                    .containsExactly(latents.getGradient().toFloatArray(), within(1e-4f));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theGradientOfItsLossIsThatOfAutomaticDifferentiation(DecoderArchitecture decoder) {
        int count = 5;
        double penalty = 0.25;
        AutoencoderConfig config = config(EncoderArchitecture.PERCEPTRON, decoder, penalty);
        try (NDManager manager = NDManager.newBaseManager();
                Autoencoder autoencoder = Autoencoder.create(manager, config, random);
                AutoencoderLoss loss = new AutoencoderLoss(autoencoder, config, count, manager)) {
            NDArray images =
                    random.uniform(manager, 0, 1, new Shape(count, 784)).round();
            LossAndGradient computed = loss.of(images, 1, null, random);
            FlatParameters.Leaves leaves = autoencoder.decoderLeaves();
            List<NDArray> views = autoencoder.parameters().views();
            List<NDArray> copies = new ArrayList<>();
            int copied = decoder == DecoderArchitecture.PERCEPTRON ? views.size() : Perceptron.PARAMETERS;
            for (NDArray view : views.subList(0, copied)) {
                NDArray copy = view.duplicate();
                copy.setRequiresGradient(true);
                copies.add(copy);
            }
            NDArray expected;
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                NDArray latents = Perceptron.of(copies.subList(0, Perceptron.PARAMETERS))
                        .forward(images)
                        .outputs();
                NDArray logits = decoder == DecoderArchitecture.PERCEPTRON
                        ? Perceptron.of(copies.subList(Perceptron.PARAMETERS, copied))
                                .forward(latents)
                                .outputs()
                        : autoencoder.decodeLogits(latents, leaves.store());
                expected = Autoencoder.crossEntropy(images, logits)
                        .add(latents.square().sum().mul((float) penalty / count));
                collector.backward(expected);
            }
            assertThat(computed.loss().getFloat()).isCloseTo(expected.getFloat(), withinPercentage(0.001));
            List<NDArray> gradients = new ArrayList<>();
            copies.forEach(copy -> gradients.add(copy.getGradient()));
            if (decoder != DecoderArchitecture.PERCEPTRON) {
                gradients.addAll(leaves.gradients());
            }
            assertThat(computed.gradient()).hasSameSizeAs(gradients);
            for (int i = 0; i < gradients.size(); i++) {
                assertThat(computed.gradient().get(i).toFloatArray())
                        .as("parameter %d", i)
                        .containsExactly(gradients.get(i).toFloatArray(), within(1e-5f));
            }
        }
    }

    /** Blocks of the library's own architecture, but given by a user: automatic differentiation against the closed forms. */
    @Test
    void anyBlocksAreDifferentiatedAsTheLibrarysOwn() {
        int count = 5;
        AutoencoderConfig config = config(EncoderArchitecture.PERCEPTRON, DecoderArchitecture.PERCEPTRON, 0.25);
        try (NDManager manager = NDManager.newBaseManager();
                Autoencoder own = Autoencoder.create(manager, config, RandomSource.of(1));
                Autoencoder given = Autoencoder.create(
                        manager, config, perceptron(20, 3), perceptron(20, 784), RandomSource.of(1));
                AutoencoderLoss ownLoss = new AutoencoderLoss(own, config, count, manager);
                AutoencoderLoss givenLoss = new AutoencoderLoss(given, config, count, manager)) {
            NDArray images =
                    random.uniform(manager, 0, 1, new Shape(count, 784)).round();
            LossAndGradient expected = ownLoss.of(images, 1, null, random);
            LossAndGradient found = givenLoss.of(images, 1, null, random);
            assertThat(found.loss().getFloat()).isCloseTo(expected.loss().getFloat(), withinPercentage(0.001));
            assertThat(found.gradient()).hasSameSizeAs(expected.gradient());
            for (int i = 0; i < found.gradient().size(); i++) {
                assertThat(found.gradient().get(i).toFloatArray())
                        .as("parameter %d", i)
                        .containsExactly(expected.gradient().get(i).toFloatArray(), within(1e-5f));
            }
            NDArray latents = random.normal(manager, new Shape(count, 3));
            NDArray signal = random.normal(manager, new Shape(count, 784));
            DecodedLogits decoded = given.decodeWithGradient(latents);
            assertThat(decoded.logits().toFloatArray())
                    .containsExactly(own.decodeLogits(latents).toFloatArray(), within(1e-5f));
            assertThat(decoded.vectorJacobianProduct().apply(signal).toFloatArray())
                    .containsExactly(
                            own.decodeWithGradient(latents)
                                    .vectorJacobianProduct()
                                    .apply(signal)
                                    .toFloatArray(),
                            within(1e-4f));
            assertThat(given.namedParameters()).containsKeys("encoder.01Linear_weight", "decoder.03Linear_bias");
        }
    }

    private static Block perceptron(int hidden, int outputs) {
        return new SequentialBlock()
                .add(Linear.builder().setUnits(hidden).build())
                .add(Activation::relu)
                .add(Linear.builder().setUnits(outputs).build());
    }

    private static AutoencoderConfig small(DecoderArchitecture decoder) {
        return config(EncoderArchitecture.CONVOLUTIONAL, decoder, 0);
    }

    private static AutoencoderConfig config(
            EncoderArchitecture encoder, DecoderArchitecture decoder, double latentPenalty) {
        return new AutoencoderConfig(
                20, 3, encoder, decoder, 1, 1, 1e-3, PosteriorVariance.FIXED, 0, latentPenalty, 0, 0, 0, 0, 0);
    }
}
