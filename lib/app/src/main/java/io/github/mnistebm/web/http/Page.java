package io.github.mnistebm.web.http;

import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of the page, read by the class loader. Javalin's own handler needs the address of their folder, which Jetty does not find
 * if the library's path has a bracket or a letter outside ASCII.
 */
public final class Page {

    private static final Pattern FILE = Pattern.compile("[a-z]+\\.([a-z]+)");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html;charset=utf-8",
            "js", "text/javascript;charset=utf-8",
            "css", "text/css;charset=utf-8",
            "svg", "image/svg+xml",
            "json", "application/json");

    private Page() {}

    /** Answers with a file of the page; fails if the page has no file of that name. */
    public static void answer(Context context, String file) throws IOException {
        Matcher name = FILE.matcher(file);
        try (InputStream content = name.matches() ? Page.class.getResourceAsStream("/web/" + file) : null) {
            if (content == null) {
                throw new NotFoundResponse();
            }
            context.contentType(TYPES.get(name.group(1)))
                    .header("Cache-Control", "no-cache")
                    .result(content.readAllBytes());
        }
    }
}
