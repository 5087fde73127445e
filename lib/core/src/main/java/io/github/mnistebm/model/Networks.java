package io.github.mnistebm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import io.github.mnistebm.autoencoder.Autoencoder;
import io.github.mnistebm.energy.EnergyFactory;
import io.github.mnistebm.energy.EnergyNetwork;
import io.github.mnistebm.energy.TrainableEnergy;
import io.github.mnistebm.tensor.RandomSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The networks of a model: the library's own, or others in their place. A folder holds the parameters of a network, not its code, so that
 * a model is trained and loaded with the same networks.
 */
public final class Networks {

    /** The library's networks, as a configuration describes them. */
    public static final Networks BUILT_IN = new Networks(null, null, null);

    private static final String ENERGY = "energy";
    private static final String ENCODER = "encoder";
    private static final String DECODER = "decoder";

    private final EnergyFactory energy;
    private final Supplier<? extends Block> encoder;
    private final Supplier<? extends Block> decoder;

    private Networks(EnergyFactory energy, Supplier<? extends Block> encoder, Supplier<? extends Block> decoder) {
        this.energy = energy;
        this.encoder = encoder;
        this.decoder = decoder;
    }

    /**
     * Returns these networks with another energy on whitened latents.
     *
     * @param newEnergy makes the energy for a dimension; for a DJL block see {@link EnergyFactory#of}
     * @return new networks
     */
    public Networks withEnergy(EnergyFactory newEnergy) {
        return new Networks(newEnergy, encoder, decoder);
    }

    /**
     * Returns these networks with another encoder.
     *
     * @param newEncoder makes a block from {@code [n, 784]} to {@code [n, d]}, a new one at each call
     * @return new networks
     */
    public Networks withEncoder(Supplier<? extends Block> newEncoder) {
        return new Networks(energy, newEncoder, decoder);
    }

    /**
     * Returns these networks with another decoder.
     *
     * @param newDecoder makes a block from {@code [n, d]} to the logits {@code [n, 784]}, a new one at each call
     * @return new networks
     */
    public Networks withDecoder(Supplier<? extends Block> newDecoder) {
        return new Networks(energy, encoder, newDecoder);
    }

    Autoencoder autoencoder(NDManager manager, TrainingConfig configuration, RandomSource random) {
        return Autoencoder.create(manager, configuration.autoencoder(), made(encoder), made(decoder), random);
    }

    /** Creates an autoencoder that the caller fills. */
    Autoencoder emptyAutoencoder(NDManager manager, TrainingConfig configuration) {
        return Autoencoder.zeros(manager, configuration.autoencoder(), made(encoder), made(decoder));
    }

    private static Block made(Supplier<? extends Block> block) {
        return block == null ? null : block.get();
    }

    TrainableEnergy energy(NDManager manager, TrainingConfig configuration, RandomSource random) {
        int dimension = configuration.autoencoder().latentDimension();
        return energy == null
                ? EnergyNetwork.create(manager, dimension, configuration.energyHiddenUnits(), random)
                : energy.create(manager, dimension, random);
    }

    /** Creates an energy that the caller fills. */
    TrainableEnergy emptyEnergy(NDManager manager, TrainingConfig configuration) {
        int dimension = configuration.autoencoder().latentDimension();
        return energy == null
                ? EnergyNetwork.zeros(manager, dimension, configuration.energyHiddenUnits())
                : energy.create(manager, dimension, RandomSource.of(0));
    }

    /** Describes the networks that are not the library's. */
    Map<String, BlockCard> cards(Autoencoder autoencoder, TrainableEnergy trained) {
        Map<String, BlockCard> cards = new LinkedHashMap<>();
        if (encoder != null) {
            cards.put(ENCODER, card(autoencoder.encoder(), ENCODER, autoencoder));
        }
        if (decoder != null) {
            cards.put(DECODER, card(autoencoder.decoder(), DECODER, autoencoder));
        }
        if (energy != null) {
            cards.put(ENERGY, BlockCard.of(trained.toString(), ENERGY + ".", trained.namedParameters()));
        }
        return cards;
    }

    private static BlockCard card(Block block, String name, Autoencoder autoencoder) {
        Map<String, NDArray> parameters = new LinkedHashMap<>(autoencoder.namedParameters());
        parameters.keySet().removeIf(key -> !key.startsWith(name + "."));
        return BlockCard.of(block.toString(), "", parameters);
    }

    /**
     * Checks, before a model is loaded, that these are given for the networks that are not the library's, and for no others.
     *
     * @throws IllegalArgumentException if not; the message names the network and the call to make
     */
    void requireThoseOf(ModelCard card) {
        for (String name : card.blocks().keySet()) {
            if (!List.of(ENERGY, ENCODER, DECODER).contains(name)) {
                throw new IllegalArgumentException("blocks: expected energy, encoder or decoder, found " + name);
            }
        }
        require(card, ENERGY, energy, "withEnergy");
        require(card, ENCODER, encoder, "withEncoder");
        require(card, DECODER, decoder, "withDecoder");
    }

    private static void require(ModelCard card, String name, Object given, String method) {
        BlockCard recorded = card.blocks().get(name);
        if (recorded != null && given == null) {
            throw new IllegalArgumentException(name + ": it is not the library's own but " + recorded.summary()
                    + ", and a folder holds no code. Load the model in Java, by DigitModel.load(folder, device, Networks.BUILT_IN."
                    + method + "(…)) with what made it");
        }
        if (recorded == null && given != null) {
            throw new IllegalArgumentException(
                    name + ": it is the library's own. Load the model without Networks." + method);
        }
    }

    /**
     * Checks that networks are of the architectures that a card records.
     *
     * @throws IllegalArgumentException if not; the message names the network and the parameter
     */
    void requireArchitecture(ModelCard card, Autoencoder autoencoder, TrainableEnergy loaded) {
        cards(autoencoder, loaded)
                .forEach((name, found) -> card.blocks().get(name).requireSame(name, found));
    }
}
