package io.github.mnistebm.condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConditionTextTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3 | 3",
                "digit 3 | 3",
                "3 or 8 | 3 or 8",
                "not 3 | not 3",
                "not (3 or 8) | not (3 or 8)",
                "not not 3 | 3",
                "slant < -10 | slant < -10.0",
                "Thickness >= 4.5 px | thickness > 4.5",
                "slant between -30° and -10° | slant between -30.0 and -10.0",
                "not slant < 5 | slant > 5.0",
                "bold | thickness above quantile 0.8",
                "not bold | thickness below quantile 0.8",
                "thin | thickness below quantile 0.2",
                "slanted, wide | slant above quantile 0.8, width above quantile 0.8",
                "3 or 8, slant < -10, not bold | 3 or 8, slant < -10.0, thickness below quantile 0.8",
                "1 and bold or 2 and thin | (1, thickness above quantile 0.8 or 2, thickness below quantile 0.2)",
                "(3, bold) or area>100 | (3, thickness above quantile 0.8 or area > 100.0)",
                "slant > 1, slant < 5 | slant between 1.0 and 5.0"
            })
    void isReadAsMeant(String text, String expected) {
        assertThat(Condition.parse(text)).hasToString(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3 or 8, slnt < -10 | found \"slnt\", at character 9: 3 or 8, »slnt« < -10",
                "3 or | found the end, at character 5: 3 or»«",
                "slant -10 | expected <, > or \"between\", found \"-10\", at character 7: slant »-10«",
                "slant < bold | expected a number, found \"bold\", at character 9: slant < »bold«",
                "slant between 3 | expected \"and\" and a number, found the end, at character 16: slant between 3»«",
                "slant between 3 and 1 | expected the lower number first, at character 15: slant between »3 and 1«",
                "(3 or 8 | expected a closing bracket, found the end, at character 8: (3 or 8»«",
                "3 8 | expected a comma, \"or\", \"and\" or the end, found \"8\", at character 3: 3 »8«",
                "3, 8 | digits: the condition leaves no digit, at character 2: 3»,« 8",
                "digit bold | expected a digit, found \"bold\", at character 7: digit »bold«",
                "-3 | found \"-3\", at character 1: »-3«",
                "3 & 8 | found \"&\", at character 3: 3 »&« 8"
            })
    void aMistakeIsPointedAt(String text, String message) {
        assertThatThrownBy(() -> Condition.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "3 | 3",
                "\"3 or 8, bold\" | 3 or 8, thickness above quantile 0.8",
                "{\"digit\": 7} | 7",
                "{\"word\": \"thin\"} | thickness below quantile 0.2",
                "{\"measure\": \"slant\", \"above\": -30, \"below\": -10} | slant between -30.0 and -10.0",
                "{\"measure\": \"area\", \"below\": 99} | area < 99.0",
                "{\"and\": [{\"or\": [3, 8]}, {\"measure\": \"slant\", \"below\": -10}, {\"not\": \"bold\"}]} | 3 or 8, slant < -10.0, thickness below quantile 0.8"
            })
    void aTreeMeansTheSame(String json, String expected) {
        assertThat(Condition.of("given", JsonParser.parseString(json))).hasToString(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "true | given: expected a text, a digit or an object with and, or, not, digit, word or measure, found true",
                "{} | given: expected a text, a digit or an object with and, or, not, digit, word or measure, found {}",
                "3.5 | given: expected a digit, found 3.5",
                "-1 | given: expected a digit, found -1",
                "{\"xor\": [1]} | given: expected and, or, not, digit, word or measure, found \"xor\"",
                "{\"and\": 3} | given.and: expected a list of conditions, found 3",
                "{\"and\": []} | given.and: expected a list of conditions, found []",
                "{\"and\": [3, 8]} | given.and: digits: the condition leaves no digit",
                "{\"and\": [3, {\"not\": \"blod\"}]} | given.and[1].not: expected a digit, a measure",
                "{\"measure\": \"hue\", \"above\": 1} | given.measure: expected one of [thickness, slant, width, height, length, area], found \"hue\"",
                "{\"or\": [1, {\"word\": \"red\"}]} | given.or[1].word: expected one of [bold, slanted, thin, wide], found \"red\"",
                "{\"word\": []} | given.word: expected one of [bold, slanted, thin, wide], found []",
                "{\"measure\": \"area\"} | given: expected above, below or both beside the measure",
                "{\"measure\": \"area\", \"over\": 3} | given: expected above, below or both beside the measure",
                "{\"measure\": \"area\", \"above\": \"3\"} | given.above: expected a number, found \"3\"",
                "{\"measure\": \"area\", \"above\": 3, \"below\": 2} | given: expected above less than below",
                "{\"not\": 3, \"digit\": 4} | given: expected one of and, or, not, digit and word"
            })
    void aMistakeInATreeIsNamed(String json, String message) {
        assertThatThrownBy(() -> Condition.of("given", JsonParser.parseString(json)))
                .isInstanceOf(InvalidConditionException.class)
                .hasMessageStartingWith(message)
                .extracting(thrown -> ((InvalidConditionException) thrown).place())
                .isEqualTo(message.substring(0, message.indexOf(':')));
    }

    @ParameterizedTest
    @CsvSource({"51", "200"})
    void aTreeThatIsTooDeepIsRefused(int depth) {
        String json = "{\"not\":".repeat(depth) + "3" + "}".repeat(depth);
        assertThatThrownBy(() -> Condition.of("given", JsonParser.parseString(json)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
