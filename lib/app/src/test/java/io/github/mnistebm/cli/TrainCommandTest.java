package io.github.mnistebm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mnistebm.cli.option.Options;
import io.github.mnistebm.cli.option.TrainingOptions;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.energy.objective.EnergyTrainingConfig;
import io.github.mnistebm.energy.objective.NegativeSource;
import io.github.mnistebm.energy.objective.Objective;
import io.github.mnistebm.model.Preset;
import io.github.mnistebm.model.TrainingConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class TrainCommandTest {

    private static TrainingConfig config(String line) {
        CommandLine command = new CommandLine(new TrainCommand());
        command.setCaseInsensitiveEnumValuesAllowed(true)
                .parseArgs(line.isEmpty() ? new String[0] : Options.hyphenated(line.split(" ")));
        return TrainingOptions.config(command);
    }

    @Test
    void withoutOptionsItIsTheDefaultPreset() {
        assertThat(config("")).isEqualTo(Preset.DEFAULT.builder().build());
    }

    @Test
    void theSeedPresetIsTheSeedProjectsCommand() {
        assertThat(config("--preset seed"))
                .isEqualTo(config("--auto_hidden_dim 1024 --encoded_dim 4 --auto_num_epochs 30 --auto_batch_size 64"
                        + " --auto_lr 3e-4 --ebm_hidden_dim 8 --ebm_num_epochs 3 --ebm_batch_size 1024 --ebm_lr 3e-4"
                        + " --mcmc_samples_per_datapoint 8 --pretraining-epochs 0"));
    }

    @Test
    void anOptionChangesItsPreset() {
        TrainingConfig config = config("--preset quick --encoded-dim 7 --ebm-num-layers 3 --negatives data --seed 9"
                + " --binarization stochastic");
        assertThat(config.autoencoder().latentDimension()).isEqualTo(7);
        assertThat(config.energyHiddenUnits()).hasSize(3);
        assertThat(config.energy().negatives()).isEqualTo(NegativeSource.DATA);
        assertThat(config.seed()).isEqualTo(9);
        assertThat(config.binarization()).isEqualTo(Binarization.STOCHASTIC);
        assertThat(config.trainImages())
                .isEqualTo(Preset.QUICK.builder().build().trainImages());
    }

    @ParameterizedTest
    @CsvSource({
        "contrastive-divergence, CONTRASTIVE_DIVERGENCE",
        "noise-contrastive, NOISE_CONTRASTIVE",
        "Energy-Discrepancy, ENERGY_DISCREPANCY",
        "score_matching, SCORE_MATCHING"
    })
    void anObjectiveHasHyphensOrUnderscores(String name, Objective objective) {
        EnergyTrainingConfig config = config("--objective " + name + " --noise-draws 3 --perturbation 0.5")
                .energy();
        assertThat(config.objective()).isEqualTo(objective);
        assertThat(config.noiseDraws()).isEqualTo(3);
        assertThat(config.perturbation()).isEqualTo(0.5);
    }
}
