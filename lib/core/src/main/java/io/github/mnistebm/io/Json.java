package io.github.mnistebm.io;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.function.DoubleFunction;

/**
 * Writes and reads JSON that every reader accepts. JSON has finite numbers only: NaN and infinity are written as
 * {@code null}, and {@code null} is read as NaN.
 */
public final class Json {

    /** Writes a line. Safe for use by several threads. */
    public static final Gson COMPACT = builder().create();

    /** Writes indented text, for files that people read. Safe for use by several threads. */
    public static final Gson PRETTY = builder().setPrettyPrinting().create();

    private Json() {}

    private static GsonBuilder builder() {
        TypeAdapter<Double> doubles = new FiniteOrNull<>(value -> value);
        TypeAdapter<Float> floats = new FiniteOrNull<>(value -> (float) value);
        return new GsonBuilder()
                .disableHtmlEscaping()
                .registerTypeAdapter(double.class, doubles)
                .registerTypeAdapter(Double.class, doubles)
                .registerTypeAdapter(float.class, floats)
                .registerTypeAdapter(Float.class, floats);
    }

    private static final class FiniteOrNull<N extends Number> extends TypeAdapter<N> {

        private final DoubleFunction<N> type;

        FiniteOrNull(DoubleFunction<N> type) {
            this.type = type;
        }

        @Override
        public void write(JsonWriter out, N value) throws IOException {
            if (value != null && Double.isFinite(value.doubleValue())) {
                out.value(value);
                return;
            }
            // A null field too, which Gson leaves out otherwise.
            boolean before = out.getSerializeNulls();
            out.setSerializeNulls(true);
            out.nullValue();
            out.setSerializeNulls(before);
        }

        @Override
        public N read(JsonReader in) throws IOException {
            if (in.peek() == JsonToken.NULL) {
                in.nextNull();
                return type.apply(Double.NaN);
            }
            return type.apply(in.nextDouble());
        }
    }
}
