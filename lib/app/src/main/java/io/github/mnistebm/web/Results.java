package io.github.mnistebm.web;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.plot.ImageGrid;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.imageio.ImageIO;

/** The last digits drawn, kept for download. */
final class Results {

    private static final int KEPT = 16;

    private final Map<String, Digits> kept = new LinkedHashMap<>();

    /**
     * Digits to download.
     *
     * @param images 0 and 1, row by row
     * @param means the probability of each pixel to be white
     * @param energies the energies of the digits' latents, nats
     */
    record Digits(byte[] images, float[] means, float[] energies) {

        /** A grid. */
        byte[] png() throws IOException {
            try (NDManager manager = NDManager.newBaseManager();
                    NDArray array = DigitImages.array(manager, images)) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                ImageIO.write(ImageGrid.of(array), "png", out);
                return out.toByteArray();
            }
        }

        /** NumPy arrays {@code images}, {@code means} and {@code energies}. */
        byte[] npz() {
            try (NDManager manager = NDManager.newBaseManager()) {
                Shape shape = new Shape(energies.length, DigitImages.SIDE, DigitImages.SIDE);
                NDArray pixels = DigitImages.array(manager, images).reshape(shape);
                NDArray probabilities = manager.create(means, shape);
                NDArray nats = manager.create(energies);
                pixels.setName("images");
                probabilities.setName("means");
                nats.setName("energies");
                return new NDList(pixels, probabilities, nats).encode(NDList.Encoding.NPZ);
            }
        }

        /** A row a digit: its energy, then its pixels row by row. */
        byte[] csv() {
            StringBuilder csv = new StringBuilder("energy");
            for (int pixel = 0; pixel < DigitImages.PIXELS; pixel++) {
                csv.append(",pixel").append(pixel);
            }
            for (int i = 0; i < images.length; i++) {
                if (i % DigitImages.PIXELS == 0) {
                    csv.append('\n').append(energies[i / DigitImages.PIXELS]);
                }
                csv.append(',').append(images[i]);
            }
            return csv.append('\n').toString().getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** Keeps digits, and forgets the oldest where there are too many. */
    synchronized String add(Digits digits) {
        String id = UUID.randomUUID().toString();
        kept.put(id, digits);
        if (kept.size() > KEPT) {
            kept.remove(kept.keySet().iterator().next());
        }
        return id;
    }

    synchronized Optional<Digits> get(String id) {
        return Optional.ofNullable(kept.get(id));
    }
}
