package io.github.mnistebm.energy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import java.util.List;

/** A perceptron with SiLU activations and skip connections, h ← h + W silu(V h), as a user of the library writes one. */
public final class ResidualPerceptron {

    private ResidualPerceptron() {}

    /**
     * Makes a block, not yet initialized.
     *
     * @param units the width
     * @param layers the number of skip connections
     * @return a block from {@code [n, d]} to {@code [n, 1]}
     */
    public static Block create(int units, int layers) {
        SequentialBlock block = new SequentialBlock().add(linear(units));
        for (int layer = 0; layer < layers; layer++) {
            Block branch = new SequentialBlock().add(linear(units)).add(silu()).add(linear(units));
            block.add(new ParallelBlock(ResidualPerceptron::sum, List.of(Blocks.identityBlock(), branch)));
        }
        return block.add(silu()).add(linear(1));
    }

    private static NDList sum(List<NDList> branches) {
        return new NDList(branches.get(0).singletonOrThrow().add(branches.get(1).singletonOrThrow()));
    }

    private static Block linear(int units) {
        return Linear.builder().setUnits(units).build();
    }

    /**
     * Makes the activation x σ(x).
     *
     * @return a block without parameters
     */
    public static Block silu() {
        return LambdaBlock.singleton(ResidualPerceptron::silu);
    }

    private static NDArray silu(NDArray values) {
        return values.mul(values.getNDArrayInternal().sigmoid());
    }
}
