package io.github.mnistebm.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatrixProductsTest {

    private final RandomSource random = RandomSource.of(1);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray random(long rows, long columns) {
        return random.normal(manager, new Shape(rows, columns));
    }

    /** Sums of k products of standard normal numbers: √k times the rounding of one, and what a different order makes of it. */
    private static void assertSame(NDArray found, NDArray expected) {
        assertThat(found.getShape()).isEqualTo(expected.getShape());
        assertThat(found.allClose(expected, 1e-5, 1e-3, false)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"3, 5, 7", "7, 5, 3", "1, 1, 1", "64, 784, 1024", "1024, 64, 784"})
    void aLayerByConvolutionIsTheProductWithTheTransposedWeights(long n, long k, long m) {
        NDArray inputs = random(n, k);
        NDArray weights = random(m, k);
        NDArray biases = random.normal(manager, new Shape(m));
        assertSame(
                MatrixProducts.linearByConvolution(inputs, weights, biases),
                inputs.matMul(weights.transpose()).add(biases));
    }

    @ParameterizedTest
    @CsvSource({"3, 5, 7", "7, 5, 3", "1, 1, 1", "64, 784, 1024", "1024, 64, 784"})
    void aProductByConvolutionIsTheProduct(long n, long k, long m) {
        NDArray a = random(n, k);
        NDArray b = random(k, m);
        assertSame(MatrixProducts.productByConvolution(a, b), a.matMul(b));
    }

    @ParameterizedTest
    @CsvSource({"3, 5, 7", "7, 5, 3", "1, 1, 1", "784, 64, 1024", "1024, 256, 784"})
    void aTransposedProductByConvolutionIsTheProductOfTheTransposed(long n, long k, long m) {
        NDArray a = random(k, n);
        NDArray b = random(k, m);
        assertSame(
                MatrixProducts.transposedProductByConvolution(a, b),
                a.transpose().matMul(b));
    }

    @Test
    void viewsInAnotherOrderGiveTheSame() {
        NDArray a = random(70, 300).transpose();
        NDArray b = random(900, 70).transpose();
        assertSame(MatrixProducts.productByConvolution(a, b), a.matMul(b));
        assertSame(MatrixProducts.transposedProductByConvolution(a.transpose(), b), a.matMul(b));
        NDArray zeros = manager.zeros(new Shape(900));
        assertSame(MatrixProducts.linearByConvolution(a, b.transpose(), zeros), a.matMul(b));
    }

    @Test
    void largeAndSmallProductsAreWhatTheEngineMakesOfThem() {
        for (long side : new long[] {16, 256}) {
            NDArray a = random(side, side);
            NDArray b = random(side, side);
            NDArray biases = random.normal(manager, new Shape(side));
            assertSame(
                    MatrixProducts.linear(a, b, biases), a.matMul(b.transpose()).add(biases));
            assertSame(MatrixProducts.product(a, b), a.matMul(b));
            assertSame(MatrixProducts.transposedProduct(a, b), a.transpose().matMul(b));
        }
    }

    @Test
    void theirMemoryHoldsOneRowAfterTheOther() {
        NDArray a = random(128, 512);
        NDArray b = random(512, 1024);
        for (NDArray product : new NDArray[] {
            MatrixProducts.productByConvolution(a, b),
            MatrixProducts.transposedProductByConvolution(a.transpose(), b),
            MatrixProducts.linearByConvolution(a, b.transpose(), manager.zeros(new Shape(1024)))
        }) {
            FloatBuffer memory =
                    product.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
            assertThat(memory.get(1024)).isEqualTo(product.getFloat(1, 0));
        }
    }
}
