package io.github.mnistebm.data;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.github.mnistebm.tensor.RandomSource;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MiniBatchesTest {

    private final RandomSource random = RandomSource.of(1);

    @Test
    void showEachRowAtMostOnceAndLeaveOutWhatFillsNoBatch() {
        try (NDManager manager = NDManager.newBaseManager();
                NDArray rows = manager.arange(0, 10, 1, DataType.UINT8).reshape(10, 1);
                MiniBatches batches = MiniBatches.shuffled(rows, 4, random)) {
            Set<Float> seen = new HashSet<>();
            assertThat(batches.count()).isEqualTo(2);
            for (int i = 0; i < batches.count(); i++) {
                for (float row : batches.get(i).toFloatArray()) {
                    assertThat(seen.add(row)).as("row %s is new", row).isTrue();
                }
            }
            assertThat(seen).hasSize(8);
        }
    }

    @Test
    void areOneBatchWhereTheDataAreFewer() {
        try (NDManager manager = NDManager.newBaseManager();
                NDArray rows = manager.arange(3f).reshape(3, 1);
                MiniBatches batches = MiniBatches.shuffled(rows, 100, random)) {
            assertThat(batches.count()).isEqualTo(1);
            assertThat(batches.get(0).toFloatArray()).containsExactlyInAnyOrder(0, 1, 2);
        }
    }
}
