"""Data sets of the user's own: Fashion-MNIST, and a folder of pictures for each class."""

import gzip
import hashlib
import json
import struct
import urllib.error
import urllib.request
import zlib

import numpy
import pytest
from checkouts import BUILT, MNIST, make_checkout
from conftest import Launcher, Server

QUICK = ["--preset", "quick", "--train-images", 2000, "--auto-num-epochs", 2, "--ebm-num-epochs", 2]


def png(path, grey):
    """Writes grey values of 8 bits, each row without a filter."""
    height, width = grey.shape
    rows = b"".join(b"\0" + row.tobytes() for row in grey)
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    chunks = [struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))


def idx(path, header):
    return numpy.frombuffer(gzip.decompress(path.read_bytes())[header:], numpy.uint8)


@pytest.fixture(scope="module")
def pictures(root, tmp_path_factory):
    """The shirts, the bags and the boots among the first images of Fashion-MNIST, in a folder each."""
    folder = tmp_path_factory.mktemp("data") / "garments"
    images = idx(root / "data/fashion-mnist/train-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
    labels = idx(root / "data/fashion-mnist/train-labels-idx1-ubyte.gz", 8)
    for name, label in {"shirt": 6, "bag": 8, "boot": 9}.items():
        (folder / name).mkdir(parents=True)
        for number, image in enumerate(images[:9000][labels[:9000] == label]):
            png(folder / name / f"{number}.png", image)
    return folder


@pytest.fixture(scope="module")
def fashion_model(run, root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "fashion"
    result = run("train", *QUICK, "--data", root / "data/fashion-mnist", "--out", folder)
    assert result.returncode == 0, result.stderr
    return folder


@pytest.fixture(scope="module")
def pictures_model(run, pictures, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "pictures"
    result = run("train", *QUICK, "--data", pictures, "--out", folder)
    assert result.returncode == 0, result.stderr
    return folder


def evaluate(run, folder, *options):
    result = run("evaluate", "--model", folder, "--num-images", 200, "--seeds", 1, "--json", folder.parent / "e.json", *options)
    assert result.returncode == 0, result.stderr
    return json.loads((folder.parent / "e.json").read_text()), result.stdout


def test_the_card_names_the_data_set_and_what_it_held(fashion_model, pictures_model, root):
    fashion = json.loads((fashion_model / "model.json").read_text())
    assert fashion["dataSet"] == "fashion-mnist"
    inside = gzip.decompress((root / "data/fashion-mnist/t10k-images-idx3-ubyte.gz").read_bytes())
    assert fashion["dataChecksums"]["t10k-images-idx3-ubyte"] == hashlib.sha256(inside).hexdigest()
    pictures = json.loads((pictures_model / "model.json").read_text())
    assert pictures["dataSet"] == "garments"
    assert len(pictures["dataChecksums"]) == 4


def test_images_are_drawn_of_any_set(run, fashion_model, pictures_model, tmp_path):
    for model in (fashion_model, pictures_model):
        out = tmp_path / f"{model.name}.npz"
        result = run("infer", "--model", model, "--num-images", 20, "--out", out)
        assert (result.returncode, result.stderr) == (0, "")
        assert numpy.load(out)["images"].shape == (20, 28, 28)


def test_pictures_are_evaluated_with_a_classifier_of_their_own_that_is_kept(run, pictures, pictures_model):
    results, said = evaluate(run, pictures_model, "--data", pictures)
    assert "classifier: there is none of garments yet, training one\n" in said
    assert f"classifier: {pictures_model}/classifier.safetensors (test accuracy " in said
    assert results["data set"] == "garments"
    assert results["classifier test accuracy"] > 0.9
    shares = {name: measure["median"] for name, measure in results["quality"]["samples"].items() if name.startswith("share of ")}
    assert set(shares) == {"share of class bag", "share of class boot", "share of class shirt"}
    assert abs(sum(shares.values()) - 1) < 1e-9
    again, said = evaluate(run, pictures_model, "--data", pictures)
    assert "training one" not in said
    assert again["quality"] == results["quality"]


@pytest.mark.slow
def test_fashion_mnist_is_evaluated_without_naming_its_folder(run, fashion_model):
    results, said = evaluate(run, fashion_model)
    assert "classifier: there is none of fashion-mnist yet, training one\n" in said
    assert results["classifier test accuracy"] > 0.85


@pytest.mark.parametrize("command", [["evaluate"], ["score", "--digits", 0], ["bench", "restore"]])
def test_another_set_than_that_of_the_training_is_refused(run, pictures_model, root, command):
    result = run(*command, "--model", pictures_model, "--data", root / "data/fashion-mnist")
    assert result.returncode == 2
    assert result.stderr == (
        f"{command[-1] if command[0] == 'bench' else command[0]}: --data: expected garments, on which the model was trained,"
        " found fashion-mnist. See --help\n"
    )


def test_a_training_goes_on_with_its_own_images_only(run, pictures, root, tmp_path):
    folder = tmp_path / "model"
    diverging = ["--ebm-lr", "1e6", *QUICK, "--data", pictures, "--out", folder]
    result = run("train", *diverging)
    assert result.returncode == 1
    assert f"to go on: ./environment/run train --resume {folder} --data {pictures} --ebm-lr " in result.stdout
    result = run("train", "--resume", folder, "--ebm-lr", 0.002)
    assert result.returncode == 2
    assert "data: expected the images that the training began with, found others (MNIST)" in result.stderr


def test_the_server_scores_with_the_test_images_of_the_models_set(root, pictures, pictures_model, fashion_model):
    server = Server(root, "--model", pictures_model, "--model", fashion_model, "--data", pictures)
    try:
        sets = {model["name"]: model["dataSet"] for model in json.loads(server.get("api/models"))}
        assert sets == {"pictures": "garments", "fashion": "fashion-mnist", "default": "MNIST", "seed": "MNIST"}
        tests = {"pictures": sum(len(list(each.iterdir())) // 6 for each in pictures.iterdir()), "fashion": 10_000, "default": 10_000}
        for name, count in tests.items():
            assert sum(score(server, name)["testEnergies"]["counts"]) == count
    finally:
        server.stop()


def test_the_server_says_which_images_it_lacks(root, pictures_model):
    server = Server(root, "--model", pictures_model)
    try:
        with pytest.raises(urllib.error.HTTPError) as refusal:
            score(server, "pictures")
        assert refusal.value.code == 400
        assert "Start it with --data and the folder of garments" in json.loads(refusal.value.read())["detail"]
    finally:
        server.stop()


def score(server, model):
    body = json.dumps({"images": [[[0] * 28] * 28], "model": model}).encode()
    request = urllib.request.Request(server.url + "api/score", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


def test_a_classifier_of_another_set_does_not_replace_that_of_mnist(run, pictures):
    result = run("classifier", "--data", pictures)
    assert result.returncode == 2
    assert result.stderr == "classifier: --out: must be given for garments, since the default file is MNIST's. See --help\n"


def test_bench_anomaly_says_how_to_get_what_it_lacks(tmp_path):
    project = make_checkout(tmp_path / "project", *BUILT, *MNIST)
    result = Launcher(project)("bench", "anomaly")
    assert result.returncode == 1
    assert result.stderr == (
        f"anomaly: {project}/data/fashion-mnist: expected Fashion-MNIST, found nothing there. Run ./environment/run setup --with-fashion\n"
    )
