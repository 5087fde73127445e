package io.github.mnistebm.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SettingTest {

    static List<Setting<?>> all() {
        return Setting.ALL;
    }

    @ParameterizedTest
    @MethodSource("all")
    <T> void setsWhatItReadsAndNothingElse(Setting<T> setting) {
        TrainingConfig config =
                Preset.DEFAULT.builder().set(setting, another(setting.value())).build();
        for (Setting<?> each : Setting.ALL) {
            Object expected = each == setting ? another(each.value()) : each.value();
            assertThat(each.getter().apply(config)).as(each.option()).isEqualTo(expected);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T> T another(T value) {
        if (value instanceof Enum<?> choice) {
            Object[] choices = choice.getDeclaringClass().getEnumConstants();
            return (T) choices[(choice.ordinal() + 1) % choices.length];
        }
        return value instanceof Integer number
                ? (T) Integer.valueOf(number + 1)
                : (T) Double.valueOf((Double) value + 0.5);
    }
}
