package io.github.mnistebm.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;
import org.junit.jupiter.api.Test;

class LiveProgressTest {

    private final List<List<String>> lines = new ArrayList<>();
    private double seconds;
    private final LiveProgress progress = new LiveProgress(
            text -> {
                lines.add(new ArrayList<>(List.of(text)));
                return String.valueOf(lines.size() - 1);
            },
            (line, text) -> lines.get(Integer.parseInt(line)).add(text),
            () -> (long) (seconds * 1e9));

    @Test
    void aLineShowsTheShareAndTheTimeLeft() {
        LiveProgress.Steps steps = progress.steps("sampling", 400);
        seconds = 30;
        steps.accept(100);
        seconds = 60;
        steps.accept(200L);
        seconds = 125;
        steps.accept(400);
        assertThat(lines)
                .containsExactly(
                        List.of("sampling: 25 %, 1:30 left", "sampling: 50 %, 1:00 left", "sampling: took 2:05"));
    }

    @Test
    void aShortTaskShowsNothing() {
        DoubleConsumer share = progress.share("drawing");
        seconds = 1.9;
        share.accept(1);
        assertThat(lines).isEmpty();
    }

    @Test
    void aLineChangesTwiceASecondAndAtTheEnd() {
        DoubleConsumer share = progress.share("drawing");
        for (int hundredth = 1; hundredth <= 100; hundredth++) {
            seconds = 0.04 * hundredth;
            share.accept(hundredth / 100.0);
        }
        // At 2 seconds, 2.5 or a little later, 3, 3.5, and 4.
        assertThat(lines).hasSize(1);
        assertThat(lines.get(0)).hasSizeBetween(4, 5).last().isEqualTo("drawing: took 0:04");
    }

    @Test
    void eachPhaseOfATrainingHasALine() {
        for (String phase : List.of("autoencoder", "energy")) {
            for (int epoch = 1; epoch <= 2; epoch++) {
                for (int batch = 1; batch <= 3; batch++) {
                    progress.batchDone(phase, epoch, 2, batch, 3);
                    seconds += 2;
                }
            }
        }
        // The first batch begins the phase: five more follow it.
        assertThat(lines)
                .extracting(line -> line.get(0))
                .containsExactly("autoencoder: 33 %, 0:08 left", "energy: 33 %, 0:08 left");
        assertThat(lines)
                .extracting(line -> line.get(line.size() - 1))
                .containsExactly("autoencoder: took 0:10", "energy: took 0:10");
    }

    @Test
    void theSameMeasurementTwiceHasTwoLines() {
        for (int run = 0; run < 2; run++) {
            progress.partDone("chains", 0);
            seconds += 10;
            progress.partDone("chains", 0.5);
            seconds += 10;
            progress.partDone("chains", 1);
        }
        assertThat(lines)
                .containsExactly(
                        List.of("chains: 50 %, 0:10 left", "chains: took 0:20"),
                        List.of("chains: 50 %, 0:10 left", "chains: took 0:20"));
    }

    @Test
    void aTaskThatWasStoppedLeavesTheNextOneAlone() {
        DoubleConsumer stopped = progress.share("drawing");
        seconds = 10;
        stopped.accept(0.5);
        DoubleConsumer next = progress.share("drawing");
        seconds = 20;
        next.accept(0.25);
        assertThat(lines).containsExactly(List.of("drawing: 50 %, 0:10 left"), List.of("drawing: 25 %, 0:30 left"));
    }
}
