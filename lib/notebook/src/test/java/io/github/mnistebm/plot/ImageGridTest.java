package io.github.mnistebm.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.awt.image.BufferedImage;
import org.junit.jupiter.api.Test;

class ImageGridTest {

    private static final int WHITE = 0xFFFFFFFF;
    private static final int BLACK = 0xFF000000;

    @Test
    void laysImagesOutRowByRow() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray images = manager.zeros(new Shape(1, 784)).concat(manager.ones(new Shape(2, 784)));
            BufferedImage grid = ImageGrid.of(images, 2);
            // An image is 56 pixels wide, with 2 pixels around it.
            assertThat(grid.getWidth()).isEqualTo(2 * 58 + 2);
            assertThat(grid.getHeight()).isEqualTo(2 * 58 + 2);
            assertThat(grid.getRGB(30, 30)).isEqualTo(BLACK);
            assertThat(grid.getRGB(88, 30)).isEqualTo(WHITE);
            assertThat(grid.getRGB(30, 88)).isEqualTo(WHITE);
            assertThat(grid.getRGB(88, 88)).isNotIn(WHITE, BLACK);
        }
    }

    @Test
    void tenImagesAreOneRow() {
        try (NDManager manager = NDManager.newBaseManager()) {
            BufferedImage grid = ImageGrid.of(manager.zeros(new Shape(10, 784)));
            assertThat(grid.getWidth()).isEqualTo(10 * 58 + 2);
            assertThat(grid.getHeight()).isEqualTo(58 + 2);
        }
    }

    @Test
    void rejectsMoreImagesThanAGridShows() {
        try (NDManager manager = NDManager.newBaseManager()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ImageGrid.of(manager.zeros(new Shape(10_001, 784))))
                    .withMessage("image grid: expected 1 to 10000 images, found 10001");
        }
    }
}
