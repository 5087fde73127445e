package io.github.mnistebm.io;

import java.time.Duration;
import java.util.Locale;

/** Lengths of time as a clock shows them. */
public final class ClockTime {

    private ClockTime() {}

    /**
     * Returns minutes and seconds, such as {@code 4:05}, with hours where there are any, such as {@code 1:04:05}.
     *
     * @param nanos the length of time in nanoseconds; at least 0
     * @return the text
     */
    public static String of(long nanos) {
        Duration duration = Duration.ofNanos(nanos);
        return duration.toHours() == 0
                ? String.format(Locale.ROOT, "%d:%02d", duration.toMinutes(), duration.toSecondsPart())
                : String.format(
                        Locale.ROOT,
                        "%d:%02d:%02d",
                        duration.toHours(),
                        duration.toMinutesPart(),
                        duration.toSecondsPart());
    }
}
