"""Other checkouts of this project, and other users: what the tests of the set-up and of its surroundings work with."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import nbformat

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# The files of a checkout that the launcher needs before set-up, and those that set-up makes.
MODULES = [f"lib/{module}/{part}" for module in ["core", "notebook", "app"] for part in ["pom.xml", "src/main"]]
SOURCES = ["environment", "pom.xml", "lib/pom.xml", *MODULES, "data/SHA256SUMS", "data/fashion/SHA256SUMS", "data/pretrained", "data/pretrained-seed"]
BUILT = [f"lib/app/target/{name}" for name in ["built", "mnist-ebm-app.jar", "dependency"]]
MNIST = ["data/mnist"]
FASHION = ["data/fashion-mnist"]
TESTS = [f"lib/{module}/src/test" for module in ["core", "notebook", "app"]]

# A user whom the machine does not know, and who has no home.
STRANGER = 54321


def link(source, target):
    """Large files are the same ones: nothing writes into a file that is there."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def make_checkout(folder, *parts):
    for part in [*SOURCES, *parts]:
        source, target = ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, copy_function=link, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    return folder


def open_folder():
    """A new folder that every user may enter, which pytest's are not."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mnist-ebm-"))
    folder.chmod(0o755)
    return folder


def give_to_stranger(folder):
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, STRANGER, STRANGER, follow_symlinks=False)


AS_STRANGER = ["setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups"]


def call(command, without=(), **variables):
    environment = {**os.environ, **{name: str(value) for name, value in variables.items()}}
    for name in without:
        environment.pop(name, None)
    return subprocess.run(
        [str(word) for word in command], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900
    )


def script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return path


def make_notebook_project(folder):
    """Copies the notebooks, without their outputs, into a project folder that has the data they read."""
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    (folder / "data").mkdir()
    for name in ("mnist", "pretrained", "classifier.safetensors", "quality.csv"):
        (folder / "data" / name).symlink_to(ROOT / "data" / name)
    for path in (folder / "notebooks").glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, path)
    return folder
