package io.github.mnistebm.web;

import ai.djl.Device;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The models that a server serves, and its address.
 *
 * @param host the name or the address that it binds to; the loopback address lets no other machine in
 * @param port the port, from 1 to 65535, or 0 for any that is free
 * @param models the folders of the models, by name; the first is the default
 * @param data the folder of a data set, with whose test images the scores of its models are compared; those of models of MNIST have
 *     MNIST's default folder
 * @param device the device that it computes on
 */
public record ServerConfig(String host, int port, Map<String, Path> models, Path data, Device device) {

    /** The address that only this machine reaches. */
    public static final String LOOPBACK = "127.0.0.1";

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the host is blank, the port out of range, or no model is given
     */
    public ServerConfig {
        if (host.isBlank()) {
            throw new IllegalArgumentException("host: expected a name or an address, found nothing");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port: must be from 0 to 65535, found " + port);
        }
        if (models.isEmpty()) {
            throw new IllegalArgumentException("models: expected at least one, found none");
        }
        models = Collections.unmodifiableMap(new LinkedHashMap<>(models));
    }
}
