"""The set-up: idempotent, and strict about what it uses."""

import shutil

import pytest
from conftest import Launcher


def test_a_second_setup_does_nothing(run):
    result = run("setup")
    assert result.returncode == 0
    assert result.stderr == "setup: ready\n"


@pytest.fixture
def copy(root, tmp_path):
    """The project, built, without MNIST."""
    project = tmp_path / "project with a blank"
    for name in ("environment", "lib", "pom.xml"):
        source = root / name
        if source.is_dir():
            # Symbolic links to the jars: they are large.
            shutil.copytree(source, project / name, ignore=shutil.ignore_patterns("dependency", "__pycache__"))
        else:
            shutil.copy2(source, project / name)
    (project / "lib" / "target" / "dependency").symlink_to(root / "lib" / "target" / "dependency")
    (project / "data" / "mnist").mkdir(parents=True)
    shutil.copy(root / "data" / "SHA256SUMS", project / "data")
    return project


def test_a_wrong_checksum_is_an_error_that_names_the_file(copy):
    file = copy / "data" / "mnist" / "t10k-labels-idx1-ubyte"
    file.write_text("not MNIST")
    result = Launcher(copy)("train")
    assert result.returncode == 1
    assert f"setup: {file}: expected sha256 ff7bcfd4" in result.stderr
    assert "Delete it and run ./environment/run setup" in result.stderr
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_files_that_are_there_already_are_used(copy, root, tmp_path):
    for file in (root / "data" / "mnist").iterdir():
        (copy / "data" / "mnist" / file.name).symlink_to(file)
    result = Launcher(copy)("train", "--preset", "quick", "--train-images", 500, "--out", tmp_path / "model")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
