"""The command line, as a user types it."""

import csv
import json
import os
import re
import signal
import struct
import subprocess

import numpy
import pytest
import safetensors.numpy
from conftest import heed_ctrl_c


def png_size(path):
    header = path.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", header[16:24])


def test_train_writes_a_model_its_charts_and_a_grid(quick_model):
    folder, result = quick_model
    assert {path.name for path in folder.iterdir()} == {
        "model.json",
        "weights.safetensors",
        "conditions.safetensors",
        "autoencoder.csv",
        "pretraining.csv",
        "energy.csv",
        "autoencoder.png",
        "pretraining.png",
        "energy.png",
        "samples.png",
    }
    assert png_size(folder / "samples.png") == (582, 582)
    assert result.stderr == ""
    assert result.stdout.startswith("device: ")
    reached, took, model, following = result.stdout.splitlines()[-4:]
    autoencoder, pretraining, energy = reached.split("; ")
    assert re.fullmatch(r"reached: autoencoder train loss \S+, test loss \S+", autoencoder)
    assert re.fullmatch(r"pretraining loss \S+, loss of the reference measure \S+, log normalizer \S+", pretraining)
    assert re.fullmatch(r"energy data energy .*energy gap .*", energy)
    assert re.fullmatch(r"took: \d+:\d\d", took)
    assert model == f"model: {folder}"
    assert following.startswith(f"next: ./environment/run infer --model {folder} draws digits")


def test_python_opens_the_weights(quick_model):
    folder, _ = quick_model
    weights = safetensors.numpy.load_file(folder / "weights.safetensors")
    assert weights["encoder.0.weight"].shape == (256, 784)
    assert weights["energy.output.weight"].shape == (64,)
    whiten, unwhiten = weights["whitening.whiten"], weights["whitening.unwhiten"]
    numpy.testing.assert_allclose(whiten @ unwhiten, numpy.eye(16), atol=1e-4)


def test_the_card_names_configuration_versions_data_and_seed(quick_model):
    folder, _ = quick_model
    card = json.loads((folder / "model.json").read_text())
    assert card["formatVersion"] == 1
    assert card["configuration"]["seed"] == 1
    assert card["configuration"]["autoencoder"]["latentDimension"] == 16
    assert set(card["versions"]) == {"mnist-ebm", "djl", "pytorch", "java", "os"}
    assert card["dataChecksums"]["t10k-labels-idx1-ubyte"].startswith("ff7bcfd4")
    assert card["metrics"]["autoencoder test loss"] > 0


def test_the_flags_of_the_seed_project_work_as_they_did(run, tmp_path):
    # Its command, on fewer images and epochs.
    result = run(
        "train",
        *"--auto_hidden_dim 1024 --encoded_dim 4 --auto_num_epochs 1 --auto_batch_size 64 --auto_lr 3e-4".split(),
        *"--ebm_hidden_dim 8 --ebm_num_epochs 1 --ebm_batch_size 1024 --ebm_lr 3e-4".split(),
        *"--mcmc_samples_per_datapoint 8 --train_images 6000".split(),
        "--out",
        tmp_path / "model",
    )
    assert result.returncode == 0, result.stderr
    configuration = json.loads((tmp_path / "model" / "model.json").read_text())["configuration"]
    assert configuration["autoencoder"]["hiddenUnits"] == 1024
    assert configuration["autoencoder"]["latentDimension"] == 4
    assert configuration["autoencoder"]["batchSize"] == 64
    assert configuration["autoencoder"]["learningRate"] == 3e-4
    assert configuration["energyHiddenUnits"][0] == 8
    assert configuration["energy"]["samplesPerDatapoint"] == 8

    drawn = run("infer", "--num_images", 10, "--model", tmp_path / "model", cwd=tmp_path)
    assert drawn.returncode == 0, drawn.stderr
    assert png_size(tmp_path / "samples.png") == (582, 60)


def test_infer_draws_from_the_bundled_model(run, root, tmp_path):
    result = run("infer", "--num_images", 10, "--model", root / "data" / "pretrained", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "10 images: samples.png (chains from 20,000 draws worth " in result.stdout
    assert "; 40 steps, step size " in result.stdout


def test_steps_are_those_of_chains_from_the_reference_measure(run, root, tmp_path):
    result = run("infer", "--num_images", 10, "--steps", 30, "--model", root / "data" / "pretrained", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "10 images: samples.png (chains from draws of the reference measure; 30 steps, step size " in result.stdout


def test_infer_gives_images_and_means_as_npz(run, quick_model, tmp_path):
    folder, _ = quick_model
    out = tmp_path / "samples.npz"
    result = run("infer", "--model", folder, "--num-images", 30, "--chains", 8, "--steps", 20, "--out", out)
    assert result.returncode == 0, result.stderr
    with numpy.load(out) as samples:
        assert samples["images"].shape == (30, 28, 28)
        assert samples["images"].dtype == numpy.uint8
        assert set(numpy.unique(samples["images"])) == {0, 1}
        assert samples["means"].dtype == numpy.float32
        numpy.testing.assert_array_equal(samples["images"] == 1, samples["means"] > 0.5)


def test_infer_gives_images_as_idx(run, quick_model, tmp_path):
    folder, _ = quick_model
    result = run("infer", "--model", folder, "--num-images", 3, "--steps", 20, "--out", tmp_path / "samples.idx")
    assert result.returncode == 0, result.stderr
    images = (tmp_path / "samples.idx").read_bytes()
    assert struct.unpack(">IIII", images[:16]) == (0x803, 3, 28, 28)
    means = numpy.frombuffer((tmp_path / "samples.means.idx").read_bytes(), ">f4", offset=16)
    numpy.testing.assert_array_equal(numpy.frombuffer(images, numpy.uint8, offset=16) == 1, means > 0.5)


def test_the_same_seed_draws_the_same_images(run, quick_model, tmp_path):
    folder, _ = quick_model
    drawn = []
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        out = tmp_path / f"{name}.npz"
        run("infer", "--model", folder, "--num-images", 5, "--steps", 50, "--seed", seed, "--out", out)
        with numpy.load(out) as samples:
            drawn.append(samples["means"])
    numpy.testing.assert_array_equal(drawn[0], drawn[1])
    assert not numpy.array_equal(drawn[0], drawn[2])


def test_the_unadjusted_algorithm_is_an_option(run, quick_model, tmp_path):
    folder, _ = quick_model
    result = run(
        "infer", "--model", folder, "--sampler", "ula", "--step-size", 0.05, "--steps", 20, "--out", tmp_path / "a.png"
    )
    assert result.returncode == 0, result.stderr
    assert "step size 0.05" in result.stdout
    assert "acceptance" not in result.stdout


def test_hamiltonian_monte_carlo_is_an_option_of_drawing_and_of_training(run, tmp_path):
    model = tmp_path / "model"
    trained = run("train", "--preset", "quick", "--train-images", 2000, "--sampler", "hmc", "--out", model)
    assert trained.returncode == 0, trained.stderr
    assert json.loads((model / "model.json").read_text())["configuration"]["energy"]["sampler"] == "HMC"
    result = run("infer", "--model", model, "--sampler", "hmc", "--num-images", 100, "--out", tmp_path / "a.png")
    assert result.returncode == 0, result.stderr
    words = result.stdout.split()
    # The acceptance that Hamiltonian Monte Carlo adapts to, and a step size of a path of several steps.
    assert float(words[words.index("rate") + 1].rstrip(",)")) == pytest.approx(0.65, abs=0.12)
    assert 0.15 < float(words[words.index("size") + 1].rstrip(",)")) < 1


@pytest.mark.parametrize("option", [["--given", "3"], ["--grid", "slant"]])
def test_conditions_need_mala(run, tmp_path, option):
    result = run("infer", *option, "--sampler", "hmc", "--out", tmp_path / "a.png")
    assert result.returncode == 2
    assert "--given and --grid: need --sampler mala" in result.stderr


def test_evaluate_records_its_results_in_the_card(run, quick_model, tmp_path):
    folder, _ = quick_model
    file = tmp_path / "evaluation.json"
    result = run(
        "evaluate", "--model", folder, "--num-images", 100, "--seeds", 2, "--steps", 20, "--likelihood-images", 20,
        "--likelihood-draws", 200, "--record", "--json", file
    )
    assert result.returncode == 0, result.stderr
    evaluation = json.loads((folder / "model.json").read_text())["evaluation"]
    assert evaluation == json.loads(file.read_text())
    chains = evaluation["chains"]
    assert result.stdout.count(f"\n{chains['verdict']}\n") == 1
    if chains["largest R-hat"] <= 1.01:
        assert chains["verdict"].startswith("Converged: R-hat is at most 1.01 ")
    else:
        found = re.fullmatch(r'Not converged: R-hat of ".+" is (\S+), more than 1\.01\. Run the chains longer\.', chains["verdict"])
        assert float(found[1]) == pytest.approx(chains["largest R-hat"], abs=0.0005)
    assert evaluation["classifier test accuracy"] >= 0.985
    assert evaluation["seeds"] == [1, 2]
    samples = evaluation["quality"]["samples"]
    assert samples["images"]["values"] == [100, 100]
    assert sum(samples[f"share of digit {digit}"]["values"][0] for digit in range(10)) == pytest.approx(1)
    floor = evaluation["quality"]["floor: training images"]
    confident = "share read with confidence above 0.9"
    assert floor[confident]["median"] > samples[confident]["median"]
    likelihoods = evaluation["held-out log-likelihood of latents"]
    assert likelihoods["energy, by importance sampling"]["nats"] > likelihoods["normal distribution"]["nats"]
    images = evaluation["negative log-likelihood of images"]
    assert (images["images"], images["draws"]) == (20, 200)
    assert 40 < images["energy"]["nats"] < 200
    assert 0 < images["energy"]["drawError"] < images["energy"]["standardError"]
    assert "normal" not in images
    assert evaluation["command"].startswith("./environment/run evaluate --model ")


def test_bench_quality_writes_a_row_for_each_set_of_options(run, tmp_path):
    tiny = "--preset quick --train-images 1000 --encoded-dim 2 --auto-num-epochs 1 --ebm-num-epochs 1"
    file = tmp_path / "quality.csv"
    result = run("bench", "quality", "--variant", tiny, "--out", file)
    assert result.returncode == 0, result.stderr
    with file.open() as lines:
        rows = list(csv.DictReader(lines))
    assert [row["options of train"] for row in rows] == [tiny]
    assert float(rows[0]["Fréchet distance"]) > float(rows[0]["of the floor"])
    assert all(rows[0].values())


def test_bench_objectives_writes_a_row_for_each_objective_beside_the_reference_measure(run, tmp_path):
    file = tmp_path / "objectives.csv"
    result = run("bench", "objectives", "--options", "--preset quick", "--seeds", "1", "--num-images", "500", "--out", file)
    assert result.returncode == 0, result.stderr
    with file.open() as lines:
        rows = {row["options of train"]: row for row in csv.DictReader(lines)}
    objectives = ("contrastive-divergence", "noise-contrastive", "energy-discrepancy", "score-matching")
    assert all(any(name.startswith(f"--objective {objective}") for name in rows) for objective in objectives)
    assert sum(" then " in name for name in rows) == 1
    gain = "gain over the reference measure"
    assert float(rows["none: the reference measure"][gain]) == 0
    assert all(float(row[gain]) > 0 for name, row in rows.items() if " then " in name)
    assert all(all(row.values()) for row in rows.values())


def test_bench_conditions_measures_draws_beside_rejection_and_real_images(run, root, tmp_path):
    file = tmp_path / "conditions.csv"
    model = ("--model", root / "data" / "pretrained", "--num-images", "100", "--pool", "2000")
    result = run("bench", "conditions", *model, "--given", "1", "--given", "not 1, wide", "--out", file)
    assert result.returncode == 0, result.stderr
    with file.open() as lines:
        none, one, wide = csv.DictReader(lines)
    assert none["condition"] == "none" and none["Fréchet distance"] and not none["read as asked"]
    assert one["condition"] == "1"
    assert float(one["read as asked"]) > 0.95
    assert 0.05 < float(one["share of the model's images"]) < 0.2
    assert wide["condition"] == "not 1, width above quantile 0.8"
    assert all(one.values()) and all(wide.values())


@pytest.mark.slow
def test_bench_samplers_compares_with_blackjax(run, tmp_path):
    file = tmp_path / "samplers.csv"
    result = run("bench", "samplers", "--only", "eight schools, nuts", "--rounds", 1, "--draws", 200, "--out", file)
    assert result.returncode == 0, result.stderr
    with file.open() as lines:
        few, many = csv.DictReader(lines)
    assert (few["chains"], many["chains"]) == ("4", "64")
    for row in (few, many):
        # Both mix.
        assert all(0.99 < float(row[name]) < 1.1 for name in ("R-hat", "BlackJAX's R-hat"))
        assert all(float(row[name]) > 0 for name in row if name.startswith("times BlackJAX"))


@pytest.mark.slow
def test_bench_samplers_refuses_too_few_draws(run, tmp_path):
    result = run("bench", "samplers", "--draws", 19, "--out", tmp_path / "samplers.csv")
    assert result.returncode == 2
    assert "--draws" in result.stderr and "Traceback" not in result.stderr


def test_bench_scale_draws_a_curve(run, tmp_path):
    file = tmp_path / "scale.csv"
    result = run("bench", "scale", "--only", "images", "--most-images", 10, "--rounds", 1, "--out", file)
    assert result.returncode == 0, result.stderr
    with file.open() as lines:
        (row,) = csv.DictReader(lines)
    assert (row["curve"], row["size"], row["unit"]) == ("images", "10", "images")
    assert float(row["a second"]) > 0 and float(row["MiB"]) > 100
    assert (tmp_path / "scale.png").stat().st_size > 1000


def test_bench_scale_refuses_a_curve_that_it_does_not_know(run, tmp_path):
    result = run("bench", "scale", "--only", "weights", "--out", tmp_path / "scale.csv")
    assert result.returncode == 2
    assert "weights" in result.stderr and "Exception" not in result.stderr
    assert not list(tmp_path.iterdir())


def test_bench_conditions_refuses_a_condition_that_it_does_not_understand(run, tmp_path):
    file = tmp_path / "conditions.csv"
    result = run("bench", "conditions", "--given", "3 or", "--out", file)
    assert result.returncode == 2
    assert "conditions: --given: expected a digit" in result.stderr
    assert not file.exists()


def test_bench_anomaly_tells_what_is_no_digit(run, root):
    result = run("bench", "anomaly", "--model", root / "data" / "pretrained")
    assert result.returncode == 0, result.stderr
    rows = [line.split("|") for line in result.stdout.splitlines() if line.count("|") == 4]
    areas = {row[0].strip(): float(row[3]) for row in rows[1:]}
    assert set(areas) == {"uniform noise", "digits in shuffled 4 × 4 blocks", "fashion-mnist"}
    assert min(areas.values()) > 0.99


def test_bench_anomaly_leaves_digits_out_of_training(run, tmp_path):
    tiny = "--preset quick --train-images 2000 --auto-num-epochs 1 --ebm-num-epochs 1"
    file = tmp_path / "anomaly.csv"
    result = run("bench", "anomaly", "--held-out", "4,9", "--seeds", "1", "--options", tiny, "--out", file)
    assert result.returncode == 0, result.stderr
    with file.open() as lines:
        rows = list(csv.DictReader(lines))
    assert [row["label held out"] for row in rows] == ["4"] * 5 + ["9"] * 5
    assert all(0 < float(row["area under the precision-recall curve"]) < 1 for row in rows)
    assert {row["share of anomalies"] for row in rows} == {"0.0982", "0.1009"}
    summary = (tmp_path / "anomaly.csv.md").read_text(encoding="utf-8").splitlines()
    assert [line.split(" | ")[1] for line in summary[2:]] == ["4", "9"]


def test_ctrl_c_keeps_the_last_complete_epoch(run, tmp_path):
    folder = tmp_path / "model"
    training = subprocess.Popen(
        [run.path, "train", "--preset", "quick", "--train-images", "2000", "--ebm-num-epochs", "100000", "--out", folder],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_ctrl_c,
    )
    lines = []
    for line in training.stdout:
        lines.append(line)
        if line.startswith("energy 2/100000"):
            training.send_signal(signal.SIGINT)
            break
    out, err = training.communicate(timeout=120)
    assert training.returncode == 130
    assert out.endswith(
        f"the last complete epoch: {folder}\nto go on: ./environment/run train --resume {folder}\n"
    ), (lines, out, err)
    assert err == ""
    assert json.loads((folder / "model.json").read_text())["metrics"]["energy epochs"] >= 2


def test_ctrl_c_before_the_energy_has_an_epoch_makes_no_model(run, tmp_path):
    folder = tmp_path / "model"
    training = subprocess.Popen(
        [run.path, "train", "--train-images", "6000", "--auto-num-epochs", "1000", "--out", folder],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=heed_ctrl_c,
    )
    for line in training.stdout:
        if line.startswith("autoencoder 2/1000"):
            training.send_signal(signal.SIGINT)
            break
    out, _ = training.communicate(timeout=120)
    assert training.returncode == 130
    assert out.endswith(f"to go on: ./environment/run train --resume {folder}\n")
    assert not folder.exists()
    assert list((tmp_path / "model.checkpoints").glob("1-autoencoder-*"))


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["bench", "quality", "--variant", "--preset quick --train-images 2000", "--out", "FILE"], "energy 1/6"),
        (["classifier", "--epochs", "1000", "--out", "FILE"], "classifier 1/1000"),
        (["evaluate", "--seeds", "1", "--num-images", "1000", "--json", "FILE"], "nearer than"),
    ],
)
def test_ctrl_c_in_a_measurement_leaves_what_was_there(run, tmp_path, arguments, line):
    file = tmp_path / "file"
    file.write_text("what was there before")
    measurement = subprocess.Popen(
        [run.path, *(str(file) if argument == "FILE" else argument for argument in arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_ctrl_c,
    )
    for found in measurement.stdout:
        if found.startswith(line):
            measurement.send_signal(signal.SIGINT)
            break
    _, err = measurement.communicate(timeout=120)
    assert measurement.returncode == 130
    assert err.count("\n") == 1 and "interrupted" in err, err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert file.read_text() == "what was there before"


def test_an_interrupted_training_does_not_displace_a_model(run, tmp_path):
    folder = tmp_path / "model"
    assert run("train", "--preset", "quick", "--out", folder).returncode == 0
    before = (folder / "weights.safetensors").read_bytes()
    training = subprocess.Popen(
        [run.path, "train", "--preset", "quick", "--train-images", "2000", "--ebm-num-epochs", "100000", "--out", folder],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=heed_ctrl_c,
    )
    for line in training.stdout:
        if line.startswith("energy 1/100000"):
            training.send_signal(signal.SIGINT)
            break
    training.communicate(timeout=120)
    assert (folder / "weights.safetensors").read_bytes() == before
    assert (tmp_path / "model.interrupted" / "model.json").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["train", "--encoded_dim", "0"], 2, "train: --encoded-dim: latent dimension: must be at least 1, found 0"),
        (["train", "--auto_lr", "-1"], 2, "train: --auto-lr: autoencoder learning rate: must be positive"),
        (["train", "--epochs=3"], 2, "train: Unknown option: '--epochs=3'"),
        (["infer", "--model", "/nonexistent"], 1, "infer: /nonexistent: no model there (model.json is missing)"),
        (["infer", "--out", "/nonexistent/a.gif"], 2, "infer: --out /nonexistent/a.gif: expected a name"),
        (["infer", "--device", "gpu"], 1, "infer: device gpu: the PyTorch engine sees no GPU on this machine"),
        (["paint"], 2, "run: unknown command paint"),
    ],
)
def test_bad_input_gives_one_line_and_no_stack_trace(run, arguments, code, message):
    if "gpu" in arguments and os.path.exists("/dev/nvidia0"):
        pytest.skip("this machine has a GPU")
    result = run(*arguments)
    assert result.returncode == code
    assert result.stderr.startswith(message)
    assert "Exception" not in result.stderr and "\tat " not in result.stderr


def test_more_images_than_memory_holds_are_drawn_in_rounds(run, quick_model, tmp_path):
    folder, _ = quick_model
    out = tmp_path / "many.npz"
    result = run("infer", "--model", folder, "--num-images", 20000, "--chains", 500, "--steps", 4, "--out", out)
    assert result.returncode == 0, result.stderr
    with numpy.load(out) as samples:
        assert samples["images"].shape == (20000, 28, 28)
