package io.github.mnistebm;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** A test that runs under several default locales, one after the other. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(InEveryLocale.Locales.class)
public @interface InEveryLocale {

    /** Sets the default locale before each run, and resets it afterwards. */
    final class Locales implements TestTemplateInvocationContextProvider {

        /** Locales with digits of their own, a decimal comma, a dotless i, or a calendar of their own. */
        private static final List<String> TAGS =
                List.of("en-US", "ar-EG-u-nu-arab", "de-DE", "tr-TR", "th-TH-u-ca-buddhist-nu-thai");

        @Override
        public boolean supportsTestTemplate(ExtensionContext context) {
            return true;
        }

        @Override
        public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
            return TAGS.stream().map(Run::new);
        }

        private record Run(String tag) implements TestTemplateInvocationContext {

            @Override
            public String getDisplayName(int index) {
                return tag;
            }

            @Override
            public List<Extension> getAdditionalExtensions() {
                Locale before = Locale.getDefault();
                return List.of(
                        (BeforeEachCallback) context -> Locale.setDefault(Locale.forLanguageTag(tag)),
                        (AfterEachCallback) context -> Locale.setDefault(before));
            }
        }
    }
}
