package io.github.mnistebm.model;

import ai.djl.engine.Engine;
import java.util.LinkedHashMap;
import java.util.Map;

/** The versions that a model card names. */
final class Versions {

    private Versions() {}

    static Map<String, String> current() {
        Map<String, String> versions = new LinkedHashMap<>();
        String library = DigitModel.class.getPackage().getImplementationVersion();
        versions.put("mnist-ebm", library == null ? "development" : library);
        versions.put("djl", Engine.getDjlVersion());
        versions.put("pytorch", Engine.getInstance().getVersion());
        versions.put("java", Runtime.version().toString());
        versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        return versions;
    }
}
