package io.github.mnistebm.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1",
        "127.0.0.2, 127.0.0.2",
        "127.1, 127.0.0.1",
        "::1, [0:0:0:0:0:0:0:1]",
        "[::1], [0:0:0:0:0:0:0:1]",
        "localhost, localhost",
        "LOCALHOST, localhost",
        "localhost., localhost",
        "0.0.0.0, 127.0.0.1",
        "::, [::1]",
        "192.0.2.7, 192.0.2.7",
        "[2001:db8::1], [2001:db8:0:0:0:0:0:1]"
    })
    void aBrowserReachesIt(String host, String inUri) throws Exception {
        assertThat(Address.of(host).inUri()).isEqualTo(inUri);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, false",
        "127.0.0.2, false",
        "::1, false",
        "localhost, false",
        "0.0.0.0, true",
        "::, true",
        "192.0.2.7, true"
    })
    void knowsWhetherOthersCanReachIt(String host, boolean isPublic) throws Exception {
        assertThat(Address.of(host).isPublic()).isEqualTo(isPublic);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LocalHost",
                "localhost.",
                "127.0.0.1",
                "127.0.0.2",
                "127.255.255.255",
                "[::1]",
                "[0:0:0:0:0:0:0:1]",
                "[::ffff:127.0.0.1]",
                "box.example",
                "BOX.example."
            })
    void theNamesOfThisMachineAreItsOwn(String asked) throws Exception {
        assertThat(new Address("box.example", InetAddress.getByName("127.0.1.1")).answersTo(asked))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "attacker.example",
                "127.0.0.1.attacker.example",
                "localhost.attacker.example",
                "127.0.0.256",
                "127.0.0",
                "127",
                "192.168.0.1",
                "[2001:db8::1]",
                "[::1",
                "[]",
                "[:]",
                "",
                ".",
                "..",
                "null"
            })
    void otherNamesAreNotItsOwn(String asked) throws Exception {
        assertThat(Address.of("127.0.0.1").answersTo(asked)).isFalse();
    }

    @Test
    void aPublicServerAcceptsUnknownNames() throws Exception {
        assertThat(Address.of("0.0.0.0").answersTo("box.example")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"no host", "127.0.0.1:8080", "[::1", "http://localhost", "-"})
    void anUnknownNameIsAnErrorInOneLine(String host) {
        assertThatExceptionOfType(UnknownHostException.class)
                .isThrownBy(() -> Address.of(host))
                .withMessage("--host " + host
                        + ": expected an address of this machine, or a name of one, found no such name");
    }
}
