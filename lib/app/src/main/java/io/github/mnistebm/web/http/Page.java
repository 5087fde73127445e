package io.github.mnistebm.web.http;

import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of the page, and those of Swagger UI, which renders the description for programs; read by the class loader. Javalin's own handler needs the address of their folder, which Jetty does not find
 * if the library's path has a bracket or a letter outside ASCII.
 */
public final class Page {

    private static final Pattern FILE = Pattern.compile("[a-z]+(?:-[a-z]+)*\\.([a-z]+)");

    private static final String SWAGGER = "swagger-ui";

    /** The folder of Swagger UI in its library, whose name has the version. */
    private static final String SWAGGER_FOLDER = "/META-INF/resources/webjars/swagger-ui/" + version() + "/";

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html;charset=utf-8",
            "js", "text/javascript;charset=utf-8",
            "css", "text/css;charset=utf-8",
            "svg", "image/svg+xml",
            "json", "application/json");

    private Page() {}

    private static String version() {
        Properties properties = new Properties();
        try (InputStream file =
                Page.class.getResourceAsStream("/META-INF/maven/org.webjars/swagger-ui/pom.properties")) {
            properties.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    /** Answers with a file of the page; fails if the page has no file of that name. */
    public static void answer(Context context, String file) throws IOException {
        Matcher name = FILE.matcher(file);
        String folder = file.startsWith(SWAGGER) ? SWAGGER_FOLDER : "/web/";
        boolean isOfPage = name.matches() && TYPES.containsKey(name.group(1));
        try (InputStream content = isOfPage ? Page.class.getResourceAsStream(folder + file) : null) {
            if (content == null) {
                throw new NotFoundResponse();
            }
            context.contentType(TYPES.get(name.group(1)))
                    .header("Cache-Control", "no-cache")
                    .result(content.readAllBytes());
        }
    }
}
