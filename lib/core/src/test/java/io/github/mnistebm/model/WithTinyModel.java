package io.github.mnistebm.model;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests of one trained model that none of them changes. */
abstract class WithTinyModel {

    static DigitModel model;

    @BeforeAll
    static void trainModel() {
        model = TinyModel.trained(1);
    }

    @AfterAll
    static void closeModel() {
        model.close();
    }
}
