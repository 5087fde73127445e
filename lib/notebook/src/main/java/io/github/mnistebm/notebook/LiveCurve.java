package io.github.mnistebm.notebook;

import io.github.mnistebm.plot.Charts;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import java.awt.image.BufferedImage;
import java.util.function.Consumer;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * Draws the curves of a training anew after every epoch. In a cell:
 *
 * <pre>{@code
 * String curve = display(LiveCurve.empty());
 * training.trainAutoencoder(LiveCurve.of(picture -> updateDisplay(curve, picture)));
 * }</pre>
 */
public final class LiveCurve implements TrainingListener {

    private final Consumer<BufferedImage> screen;

    private LiveCurve(Consumer<BufferedImage> screen) {
        this.screen = screen;
    }

    /**
     * Creates a listener for a training.
     *
     * @param screen shows a picture, on the training's thread
     * @return the listener
     */
    public static LiveCurve of(Consumer<BufferedImage> screen) {
        return new LiveCurve(screen);
    }

    /**
     * Draws what is shown before the first epoch is done.
     *
     * @return an empty picture
     */
    public static BufferedImage empty() {
        return Pictures.of(
                Charts.history(Table.create("training begins", IntColumn.create(TrainingHistory.EPOCH)), ""));
    }

    @Override
    public void epochDone(TrainingHistory history) {
        screen.accept(Pictures.of(Charts.ofTraining(history.table())));
    }
}
