"""The surroundings that the project runs in: folders of any name, any locale, any user, any Java, a copy."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import urllib.request

import nbformat
import pytest
from checkouts import AS_STRANGER, BUILT, FASHION, MNIST, ROOT, STRANGER, TESTS, call, give_to_stranger, link, make_checkout, open_folder

FOLDERS = ["a blank", "ü", "张", "[1]"]
LOCALES = ["none", "C.UTF-8", "de_DE.UTF-8", "ar_EG.UTF-8"]
USERS = ["root", "a user without a home"]

# The cells out of 32 that always run: each folder, each locale and each user is among them.
ALWAYS = {(folder, locale, USERS[i % 2]) for i, (folder, locale) in enumerate(zip(FOLDERS, LOCALES))}

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user or mount a file system")


@pytest.fixture
def place():
    """A folder that every user may enter."""
    folder = open_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def locales():
    """German and Egyptian Arabic, as C's library finds them by LOCPATH."""
    folder = open_folder()
    for name in LOCALES[2:]:
        made = call(["localedef", "--no-archive", "-i", name.split(".")[0], "-f", "UTF-8", folder / name])
        if not (folder / name / "LC_CTYPE").exists():
            pytest.skip(f"no source of the locale {name}: {made.stderr}")
    yield folder
    shutil.rmtree(folder)


def serve_once(command, **options):
    """Starts the server, reads its page, ends it; returns what it wrote to its error stream."""
    server = subprocess.Popen(
        [str(word) for word in [*command, "serve", "--port", 0]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )
    for line in server.stdout:
        if line.startswith("serving: "):
            with urllib.request.urlopen(line.split()[1]) as page:
                assert b"<title>" in page.read()
            server.send_signal(signal.SIGTERM)
    return server.communicate(timeout=90)[1]


def libraries_for_all(folder):
    """PyTorch's, where every user may read them."""
    shutil.copytree(ROOT / "lib" / "target" / "djl", folder, copy_function=link)
    for path in folder.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)


def cells():
    """Every combination; all but a few of them are slow."""
    for folder in FOLDERS:
        for locale in LOCALES:
            for user in USERS:
                marks = [] if (folder, locale, user) in ALWAYS else [pytest.mark.slow]
                yield pytest.param(folder, locale, user, marks=marks)


@needs_root
@pytest.mark.parametrize(("folder", "locale", "user"), list(cells()))
def test_it_runs_in_any_folder_and_locale_for_any_user(place, locales, folder, locale, user):
    project = make_checkout(place / folder, *BUILT, *MNIST)
    libraries_for_all(place / "djl")
    out = place / "out" / folder
    out.mkdir(parents=True)
    command = [project / "environment" / "run"]
    environment = {name: value for name, value in os.environ.items() if name != "LANG" and not name.startswith("LC_")}
    environment.update(DJL_CACHE_DIR=str(place / "djl"))
    if locale != "none":
        environment.update(LC_ALL=locale, LOCPATH=str(locales))
    if user != "root":
        os.chown(out, STRANGER, STRANGER)
        command = [*AS_STRANGER, *command]
        for name in ("HOME", "XDG_CACHE_HOME", "USER", "LOGNAME"):
            environment.pop(name, None)
    drawn = subprocess.run(
        [str(word) for word in [*command, "infer", "--num-images", 1, "--steps", 10, "--out", out / "张ü.png"]],
        env=environment,
        cwd=out,
        capture_output=True,
        timeout=300,
    )
    assert (drawn.returncode, drawn.stderr.decode()) == (0, "")
    assert (out / "张ü.png").exists()
    assert serve_once(command, env=environment, cwd=out) == ""


# --- PyTorch's native libraries -----------------------------------------------------------------------------------


def infer_from(folder, options, out):
    """Draws with PyTorch's libraries in a folder where a small file system was mounted with those options."""
    folder.mkdir()
    mounted = f'mount -t tmpfs -o {options} none "$0" && exec "$@"'
    return call(
        ["unshare", "--mount", "bash", "-c", mounted, folder, ROOT / "environment" / "run", "infer", "--num-images", 1, "--out", out],
        DJL_CACHE_DIR=folder / "djl",
    )


@needs_root
@pytest.mark.parametrize(
    ("options", "cause"),
    [
        ("size=20m", "it has 20 MB free of 500 needed"),
        ("size=900m,noexec", "no program may run there (it is mounted noexec)"),
        ("size=900m,ro", "it cannot be written to"),
    ],
)
def test_a_folder_that_cannot_hold_the_libraries_is_named_with_cause_and_way_out(tmp_path, options, cause):
    folder = tmp_path / "small"
    result = infer_from(folder, options, tmp_path / "a.png")
    assert result.returncode == 1
    assert result.stderr.startswith(f"infer: PyTorch's native libraries cannot be used in {folder}/djl: {cause}")
    assert "DJL_CACHE_DIR=/folder" in result.stderr
    assert "\tat " not in result.stderr


@needs_root
def test_a_folder_of_another_user_is_named(place):
    theirs = place / "theirs"
    theirs.mkdir(mode=0o700)
    project = make_checkout(place / "project", *BUILT)
    infer = [*AS_STRANGER, project / "environment" / "run", "infer", "--out", "/tmp/a.png"]
    result = call(infer, without=["HOME"], DJL_CACHE_DIR=theirs)
    assert result.returncode == 1
    assert f"cannot be used in {theirs}: it cannot be written to" in result.stderr


@needs_root
@pytest.mark.slow
def test_without_a_home_the_libraries_go_into_the_checkout_or_the_temporary_folder(place):
    project = make_checkout(place / "project", *BUILT)
    command = [*AS_STRANGER, project / "environment" / "run", "infer", "--num-images", 1, "--steps", 10, "--out", place / "out" / "a.png"]
    (place / "out").mkdir()
    os.chown(place / "out", STRANGER, STRANGER)
    temporary = pathlib.Path(f"/tmp/.djl.ai-{STRANGER}")

    try:
        unowned = call(command, without=["HOME", "XDG_CACHE_HOME", "DJL_CACHE_DIR"])
        assert unowned.returncode == 0, unowned.stderr
        assert f"PyTorch's native libraries go to {temporary}, since " in unowned.stderr
        again = call(command, without=["HOME", "XDG_CACHE_HOME", "DJL_CACHE_DIR"])
        assert (again.returncode, again.stderr) == (0, "")
    finally:
        shutil.rmtree(temporary, ignore_errors=True)

    give_to_stranger(project / "data")
    owned = call(command, without=["HOME", "XDG_CACHE_HOME", "DJL_CACHE_DIR"])
    assert owned.returncode == 0, owned.stderr
    assert f"PyTorch's native libraries go to {project}/data/.djl.ai, since " in owned.stderr
    assert not temporary.exists()


# --- whose checkout -----------------------------------------------------------------------------------------------


@needs_root
def test_a_stranger_does_not_set_up_another_users_checkout(place):
    project = make_checkout(place / "project")
    result = call([*AS_STRANGER, project / "environment" / "run", "infer"], without=["HOME"])
    assert result.returncode == 1
    assert result.stderr == (
        f"setup: {project}: something is missing there, and {STRANGER} may not write to it. "
        "Let its owner run ./environment/run setup, or use a copy\n"
    )


@needs_root
def test_a_checkout_that_cannot_be_written_to_serves_and_draws(place):
    project = make_checkout(place / "project", *BUILT, *MNIST)
    read_only = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    command = ["unshare", "--mount", "bash", "-c", read_only, project, project / "environment" / "run"]
    drawn = call([*command, "infer", "--num-images", 1, "--steps", 10, "--out", place / "a.png"])
    assert (drawn.returncode, drawn.stderr) == (0, "")


# --- a copy, and another Java -------------------------------------------------------------------------------------


def names_in(folder, text):
    """The files below a folder that name something."""
    found = call(["grep", "--recursive", "--files-with-matches", "--binary-files=text", "--fixed-strings", text, folder])
    return found.stdout.splitlines()


def assert_a_notebook_runs(project, folder, **variables):
    """A notebook whose cells use the library, on the kernel of a checkout."""
    folder.mkdir(exist_ok=True)
    cells = [
        "import io.github.mnistebm.io.*; import io.github.mnistebm.model.*; import ai.djl.Device;",
        'var model = DigitModel.load(DataFolder.pretrained(), Device.cpu()); System.out.println("loaded");',
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    path = folder / "inference.ipynb"
    nbformat.write(notebook, path)
    result = call([project / "environment" / "run", "notebooks", "inference", "--folder", folder], **variables)
    assert result.returncode == 0, result.stderr
    written = [output for cell in nbformat.read(path, as_version=4).cells for output in cell.outputs]
    assert [output.get("text") for output in written] == ["loaded\n"]


@pytest.mark.slow
def test_a_copy_of_a_checkout_uses_nothing_of_the_first(tmp_path):
    first, copy = tmp_path / "first", tmp_path / "the copy [1] ü"
    make_checkout(first, *BUILT, *MNIST)
    shutil.copytree(ROOT / ".venv", first / ".venv", symlinks=True)
    result = call([first / "environment" / "run", "setup"])
    assert result.stderr == f"setup: Python packages into {first}/.venv\nsetup: ready\n"
    out = tmp_path / "a.png"
    call([first / "environment" / "run", "infer", "--num-images", 1, "--steps", 10, "--out", out])
    assert (first / "lib" / "app" / "target" / "mnist-ebm-app.jsa").exists()

    call(["cp", "-r", first, copy])
    first.rename(tmp_path / "elsewhere")
    drawn = call([copy / "environment" / "run", "infer", "--num-images", 1, "--steps", 10, "--out", out])
    assert (drawn.returncode, drawn.stderr) == (0, "")
    assert_a_notebook_runs(copy, copy / "notebooks")
    assert call([copy / ".venv" / "bin" / "jupyter-lab", "--version"]).stdout.startswith("4.")
    assert call([copy / ".venv" / "bin" / "pip", "--version"]).returncode == 0
    assert names_in(copy, f"{first}/") == []
    assert call([copy / "environment" / "run", "setup"]).stderr == "setup: ready\n"


def other_javas():
    """Installed development kits of other versions than the one that the launcher takes."""
    used = call(["bash", "-c", f"source {ROOT}/environment/java.sh; find_java 17; cd -P $JAVA_HOME; pwd"]).stdout.strip()
    for release in sorted(pathlib.Path("/usr/lib/jvm").glob("*/release")):
        home = release.parent.resolve()
        version = call(["bash", "-c", f"source {ROOT}/environment/java.sh; java_version {home}/bin/javac"]).stdout.strip()
        if version and int(version) >= 17 and str(home) != used:
            yield home


@pytest.mark.slow
def test_it_builds_and_runs_without_a_warning_on_every_java_that_is_installed(tmp_path):
    homes = list(other_javas())
    if not homes:
        pytest.skip("one Java Development Kit is installed only")
    for home in homes:
        project = make_checkout(tmp_path / home.name, *MNIST, *FASHION, *TESTS, "notebooks", "data/classifier.safetensors")
        shutil.copytree(ROOT / ".venv", project / ".venv", symlinks=True)
        java = {"JAVA_HOME": home}
        assert call([project / "environment" / "run", "setup"], **java).returncode == 0
        built = subprocess.run(
            ["mvn", "-B", "-ntp", "-q", "verify"],
            cwd=project,
            env={**os.environ, "JAVA_HOME": str(home)},
            capture_output=True,
            text=True,
        )
        assert built.returncode == 0, built.stdout
        drawn = call([project / "environment" / "run", "infer", "--num-images", 1, "--out", tmp_path / "a.png"], **java)
        assert (drawn.returncode, drawn.stderr) == (0, "")
        trained = call([project / "environment" / "run", "train", "--preset", "quick", "--out", tmp_path / home.name / "m"], **java)
        assert (trained.returncode, trained.stderr) == (0, "")
        assert json.loads((tmp_path / home.name / "m" / "model.json").read_text())["versions"]["java"]
        assert serve_once([project / "environment" / "run"], env={**os.environ, "JAVA_HOME": str(home)}) == ""
        assert_a_notebook_runs(project, tmp_path / home.name / "books", **java)
