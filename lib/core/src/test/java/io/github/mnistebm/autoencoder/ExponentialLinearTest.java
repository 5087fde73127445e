package io.github.mnistebm.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Activation;
import io.github.mnistebm.tensor.Autograd;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExponentialLinearTest {

    private final NDManager manager = NDManager.newBaseManager();
    private final NDArray inputs = manager.arange(-150f, 20f, 0.25f);

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void hasTheValuesOfItsDefinition() {
        float[] x = inputs.toFloatArray();
        float[] found = ExponentialLinear.of(inputs).toFloatArray();
        for (int i = 0; i < x.length; i++) {
            assertThat(found[i]).isCloseTo((float) (x[i] > 0 ? x[i] : Math.expm1(x[i])), within(1e-6f));
        }
    }

    @Test
    void hasItsDerivative_butForThoseThatRoundingHides() {
        float[] x = inputs.toFloatArray();
        float[] found = derivatives(ExponentialLinear::of);
        for (int i = 0; i < x.length; i++) {
            assertThat(found[i]).isCloseTo((float) Math.exp(Math.min(x[i], 0)), within(2e-7f));
        }
    }

    @Test
    void noProductOfTwoDerivativesIsSubnormal_asThoseOfTheUnitThatDoesNotSaturateAre() {
        assertThat(subnormals(derivatives(ExponentialLinear::of))).isZero();
        assertThat(subnormals(derivatives(array -> Activation.elu(array, 1)))).isGreaterThan(50);
    }

    private float[] derivatives(UnaryOperator<NDArray> unit) {
        NDArray leaf = inputs.duplicate();
        leaf.setRequiresGradient(true);
        Autograd.differentiated(() -> unit.apply(leaf).sum());
        return leaf.getGradient().toFloatArray();
    }

    private static int subnormals(float[] derivatives) {
        int found = 0;
        for (float derivative : derivatives) {
            float product = derivative * derivative;
            if (product != 0 && product < Float.MIN_NORMAL || derivative != 0 && derivative < Float.MIN_NORMAL) {
                found++;
            }
        }
        return found;
    }
}
