"""A session on mybinder.org: a user without root and without a set-up, on one core and 2 GB."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
import time

import nbformat
import pytest
from checkouts import AS_STRANGER, ROOT, STRANGER, give_to_stranger, make_checkout, open_folder

LIMIT = 2 * 1024**3
NOTEBOOKS = ["inference", "evaluation", "sampling", "train"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("taskset"), reason="root and taskset(1) make the session"),
]


def processes_of_stranger():
    """The folders of all processes of that user, below /proc."""
    for process in os.scandir("/proc"):
        # A process may end meanwhile.
        with contextlib.suppress(OSError):
            if process.name.isdigit() and process.stat().st_uid == STRANGER:
                yield process


def memory_of_stranger():
    """The memory of all processes of that user in bytes, shared pages divided among those that share them."""
    total = 0
    for process in processes_of_stranger():
        with contextlib.suppress(OSError), open(f"{process.path}/smaps_rollup") as lines:
            total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def end_stranger():
    """Ends all processes of that user: a kernel outlives the process that started it, and holds its output open."""
    for process in processes_of_stranger():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(process.name), signal.SIGKILL)


class Session:
    """Runs commands as a user without root on one core, and ends them when their memory exceeds Binder's."""

    def __init__(self, folder):
        self.project = make_checkout(
            folder / "project", ".binder", "notebooks", "data/classifier.safetensors", "data/quality.csv"
        )
        self.home = folder / "home"
        self.home.mkdir()
        give_to_stranger(folder)
        self.core = str(min(os.sched_getaffinity(0)))
        self.peak = 0
        hidden = ("HOME", "USER", "LOGNAME", "XDG_CACHE_HOME", "DJL_CACHE_DIR", "MNIST_EBM_MODEL", "MNIST_EBM_PRESET")
        self.environment = {name: value for name, value in os.environ.items() if name not in hidden}
        # Binder's user has an entry in the list of users, from which Java takes the home folder.
        self.environment |= {
            "HOME": str(self.home),
            "MAVEN_OPTS": f"-Duser.home={self.home}",
            "DJL_CACHE_DIR": str(self.home / ".djl.ai"),
            "NB_PYTHON_PREFIX": str(self.home / "python"),
        }

    def __call__(self, *command, **variables):
        process = subprocess.Popen(
            [*AS_STRANGER, "taskset", "-c", self.core, *map(str, command)],
            cwd=self.project,
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        said = []
        reader = threading.Thread(target=lambda: said.append(process.stdout.read()))
        reader.start()
        peak = 0
        while process.poll() is None:
            peak = max(peak, memory_of_stranger())
            if peak > LIMIT:
                end_stranger()
            time.sleep(0.2)
        reader.join()
        self.peak = max(self.peak, peak)
        assert peak <= LIMIT, f"{command}: took more than 2 GB"
        assert process.returncode == 0, said
        return said[0]

    def notebooks(self, *arguments):
        return self("environment/run", "notebooks", *arguments, MNIST_EBM_VENV=str(self.home / "python"))


@pytest.fixture(scope="module")
def session():
    """A session after the steps of repo2docker: the Python packages of .binder, then postBuild."""
    folder = open_folder()
    made = Session(folder)
    made("python3", "-m", "venv", made.home / "python")
    made(made.home / "python" / "bin" / "python", "-m", "pip", "install", "--quiet", "-r", ".binder/requirements.txt")
    assert "setup: ready" in made(".binder/postBuild")
    yield made
    shutil.rmtree(folder)


def test_the_first_digits_come_soon(session, record_property, capsys):
    path = session.project / "notebooks" / "inference.ipynb"
    notebook = nbformat.read(path, as_version=4)
    first = next(i for i, cell in enumerate(notebook.cells) if "ImageGrid" in cell.source)
    beginning = session.project / "beginning"
    beginning.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=notebook.cells[: first + 1]), beginning / path.name)
    os.chown(beginning, STRANGER, STRANGER)
    os.chown(beginning / path.name, STRANGER, STRANGER)
    start = time.monotonic()
    session.notebooks("inference", "--folder", beginning)
    seconds = time.monotonic() - start
    record_property("seconds to the first digits", round(seconds))
    with capsys.disabled():
        print(f" {seconds:.0f} s to the first digits, ", end="")
    shown = nbformat.read(beginning / path.name, as_version=4).cells[-1].outputs
    assert any("image/png" in output.get("data", {}) for output in shown)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_stays_within_binders_memory(session, name, record_property, capsys):
    before, session.peak = session.peak, 0
    session.notebooks(name)
    record_property(f"peak of {name}, MiB", session.peak // 1024**2)
    with capsys.disabled():
        print(f" at most {session.peak // 1024**2} MiB, ", end="")
    session.peak = max(session.peak, before)


def test_on_one_core_the_training_is_the_short_one_and_says_so(session):
    executed = nbformat.read(session.project / "notebooks" / "train.ipynb", as_version=4)
    said = "".join(output.get("text", "") for cell in executed.cells for output in cell.get("outputs", []))
    assert "preset: quick, on 1 core" in said


def test_the_editors_container_makes_the_same_set_up():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert container["postCreateCommand"] == "./environment/run setup"
    assert container["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"].endswith("/.venv/bin/python")
