package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.mnistebm.sampling.SamplerConfig;
import io.github.mnistebm.sampling.SamplingAlgorithm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DigitSamplerTest extends WithTinyModel {

    private static DigitSampler sampler(int chains) {
        SamplerConfig config = SamplerConfig.builder().burnIn(5).steps(5).build();
        return new DigitSampler(model, SamplingAlgorithm.MALA, ChainStart.REFERENCE, config, chains, 1);
    }

    @Test
    void drawsInRoundsOfAsManyChains() throws IOException {
        List<Long> rounds = new ArrayList<>();
        List<Long> progress = new ArrayList<>();
        DigitSampler sampler = sampler(4);
        sampler.draw(
                10,
                1,
                (latents, images, means) -> {
                    rounds.add(images.getShape().get(0));
                    assertThat(means.getShape()).isEqualTo(images.getShape());
                },
                progress::add);
        assertThat(rounds).containsExactly(4L, 4L, 2L);
        assertThat(progress.get(progress.size() - 1)).isEqualTo(100).isEqualTo(sampler.work(10));
    }

    @Test
    void anImageIsWhiteWhereItsMeanExceedsOneHalf() throws IOException {
        List<Byte> seen = new ArrayList<>();
        sampler(3)
                .draw(
                        3,
                        1,
                        (latents, images, means) -> {
                            byte[] pixels = images.toByteArray();
                            float[] probabilities = means.toFloatArray();
                            for (int i = 0; i < pixels.length; i++) {
                                assertThat(pixels[i]).isEqualTo((byte) (probabilities[i] > 0.5 ? 1 : 0));
                                seen.add(pixels[i]);
                            }
                        },
                        steps -> {});
        assertThat(seen).hasSize(3 * 784).contains((byte) 0, (byte) 1);
    }

    @Test
    void roundsDiffer() {
        try (DigitSampler.Drawing drawing = sampler(1).draw(2, 1)) {
            byte[] pixels = drawing.images().toByteArray();
            assertThat(Arrays.copyOf(pixels, 784)).isNotEqualTo(Arrays.copyOfRange(pixels, 784, 2 * 784));
        }
    }

    @Test
    void rejectsANumberBelowOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sampler(1).draw(0, 1))
                .withMessage("images: must be at least 1, found 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sampler(0))
                .withMessage("chains: must be at least 1, found 0");
    }
}
