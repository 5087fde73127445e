"""The set-up: idempotent, strict about what it uses, and careful with what is there."""

import fcntl
import os
import re
import shutil
import signal
import subprocess

import pytest
from checkouts import BUILT, FASHION, MNIST, ROOT, call, make_checkout, script
from conftest import Launcher


def test_a_second_setup_does_nothing(run):
    result = run("setup", "--with-tests")
    assert result.returncode == 0
    assert result.stderr == "setup: ready\n"


@pytest.fixture
def copy(tmp_path):
    """The project, built, without MNIST."""
    return make_checkout(tmp_path / "project with a blank", *BUILT)


def test_a_wrong_checksum_is_an_error_that_names_the_file(copy):
    file = copy / "data" / "mnist" / "t10k-labels-idx1-ubyte"
    file.parent.mkdir()
    file.write_text("not MNIST")
    result = Launcher(copy)("train")
    assert result.returncode == 1
    assert f"setup: {file}: expected sha256 ff7bcfd4" in result.stderr
    assert "Delete it and run ./environment/run setup" in result.stderr
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_files_that_are_there_already_are_used(copy, root, tmp_path):
    (copy / "data" / "mnist").mkdir()
    for file in (root / "data" / "mnist").iterdir():
        (copy / "data" / "mnist" / file.name).symlink_to(file)
    result = Launcher(copy)("train", "--preset", "quick", "--train-images", 500, "--out", tmp_path / "model")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""


def test_a_folder_called_venv_that_is_the_users_is_left_alone(tmp_path):
    project = make_checkout(tmp_path / "project", *BUILT, *MNIST)
    thesis = project / ".venv" / "thesis.txt"
    thesis.parent.mkdir()
    thesis.write_text("years of work")
    result = Launcher(project)("setup")
    assert result.returncode == 1
    assert f"{project}/.venv: was not made by this set-up. Move it away" in result.stderr
    assert thesis.read_text() == "years of work"


@pytest.mark.parametrize(
    "changed",
    ["lib/app/src/main/java/io/github/mnistebm/cli/Main.java", "pom.xml"],
)
def test_the_library_is_made_again_when_a_source_has_changed_whatever_its_time(copy, tmp_path, changed):
    source = copy / changed
    text = source.read_text()
    source.unlink()
    source.write_text(text + "\n")
    os.utime(source, (0, 0))
    script(tmp_path / "bin" / "mvn", "exit 1\n")
    result = Launcher(copy)("infer", PATH=f"{tmp_path}/bin:{os.environ['PATH']}")
    assert result.stderr == "setup: the library\nsetup: Maven could not build the library\n"


# --- Fashion-MNIST ------------------------------------------------------------------------------------------------


def test_fashion_mnist_is_unpacked_from_a_package_that_is_not_installed(tmp_path):
    project = make_checkout(tmp_path / "project", *BUILT, *MNIST, *FASHION)
    files = {path.name: path.read_bytes() for path in (project / "data" / "fashion-mnist").iterdir()}
    shutil.rmtree(project / "data" / "fashion-mnist")
    package = tmp_path / "package" / "usr" / "share" / "datasets"
    package.mkdir(parents=True)
    for name, content in files.items():
        (package / name).write_bytes(content)
    # In the place of Debian's: the first download fails, since there are no lists of packages yet.
    script(
        tmp_path / "bin" / "apt-get",
        f"""echo "$*" >> {tmp_path}/asked
case "$*" in
    *update) touch {tmp_path}/lists ;;
    *download*) [ -e {tmp_path}/lists ] && touch fashion.deb ;;
esac
""",
    )
    script(tmp_path / "bin" / "dpkg", f'cp -R {tmp_path}/package "$3"\n')
    result = setup_fashion(project, tmp_path)
    assert result.returncode == 0, result.stderr
    assert {path.name: path.read_bytes() for path in (project / "data" / "fashion-mnist").iterdir()} == files
    assert not (project / "data" / "fashion-mnist.part").exists()
    asked = (tmp_path / "asked").read_text().splitlines()
    assert [line.split()[-1] for line in asked] == ["dataset-fashion-mnist", "update", "dataset-fashion-mnist"]
    assert setup_fashion(project, tmp_path).stdout == ""
    assert (tmp_path / "asked").read_text().splitlines() == asked


def setup_fashion(project, folder):
    """Sets up as `run setup --with-fashion` does, without the Python packages."""
    parts = f"set -euo pipefail; ROOT={project} COMMAND_LINE=setup FASHION=$ROOT/data/fashion-mnist; FASHION_SUMS=$ROOT/data/fashion/SHA256SUMS"
    source = f"source {project}/environment/java.sh; source {project}/environment/setup.sh"
    return call(["bash", "-c", f"{parts}; {source}; prepare fashion"], PATH=f"{folder}/bin:{os.environ['PATH']}")


def test_without_its_package_fashion_mnist_may_be_put_there_by_hand(tmp_path):
    project = make_checkout(tmp_path / "project")
    script(tmp_path / "bin" / "apt-get", "echo 'E: Unable to locate package' >&2; exit 100\n")
    result = setup_fashion(project, tmp_path)
    assert result.returncode == 1
    assert f"put the four files of https://github.com/zalandoresearch/fashion-mnist that {project}/data/fashion/SHA256SUMS" in result.stderr
    assert not (project / "data" / "fashion-mnist.part").exists()


def test_a_damaged_file_of_fashion_mnist_is_named(tmp_path):
    project = make_checkout(tmp_path / "project")
    file = project / "data" / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz"
    file.parent.mkdir()
    file.write_text("not Fashion-MNIST")
    result = setup_fashion(project, tmp_path)
    assert result.returncode == 1
    assert f"setup: {file}: expected sha256 8d3605d1" in result.stderr


# --- Java ---------------------------------------------------------------------------------------------------------


def find_java(path, expression, **variables):
    """Returns the output of a piece of shell after environment/java.sh was read."""
    return call(["bash", "-c", f"source {ROOT}/environment/java.sh; {expression}"], without=["JAVA_HOME"], PATH=path, **variables)


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("echo javac 17.0.15", "17"),
        ("echo javac 26-ea", "26"),
        ("echo javac 25", "25"),
        ("echo javac 1.8.0_402 >&2", "8"),
        ("echo 'Picked up JAVA_TOOL_OPTIONS: -Xmx2g' >&2; echo javac 21.0.2", "21"),
        ("echo 'NOTE: Picked up JDK_JAVA_OPTIONS: -Xmx1g' >&2; echo javac 17", "17"),
        ('test -z "$JAVA_TOOL_OPTIONS$_JAVA_OPTIONS$JDK_JAVA_OPTIONS" && echo javac 17', "17"),
        ("echo 'The operation could not be completed. Unable to locate a Java Runtime 17.'; exit 1", ""),
        ("exit 127", ""),
    ],
)
def test_the_version_of_a_jdk_is_what_javac_says_of_itself(tmp_path, said, version):
    javac = script(tmp_path / "javac", said + "\n")
    options = {"JAVA_TOOL_OPTIONS": "-Xmx2g", "_JAVA_OPTIONS": "-Xmx3g", "JDK_JAVA_OPTIONS": "-Xmx4g"}
    result = find_java(os.environ["PATH"], f"java_version '{javac}'", **options)
    assert (result.stdout.strip(), result.stderr) == (version, "")


def fake_jdk(folder, version):
    script(folder / "bin" / "javac", f"echo javac {version}\n")
    script(folder / "bin" / "java", "true\n")
    (folder / "release").write_text(f'IMPLEMENTOR="nobody"\nJAVA_VERSION="{version}"\n')
    return folder


def test_the_first_jdk_that_is_new_enough_is_taken(tmp_path):
    old, new, newer = fake_jdk(tmp_path / "8", "1.8.0_402"), fake_jdk(tmp_path / "17", "17.0.2"), fake_jdk(tmp_path / "26", "26")
    said = 'find_java 17; echo "$JAVA_HOME $(command -v javac)"'
    tools = os.environ["PATH"]

    found = find_java(f"{old}/bin:{new}/bin:{newer}/bin:{tools}", said).stdout
    assert found == f"{new} {new}/bin/javac\n"
    found = find_java(f"{old}/bin:{newer}/bin:{tools}", f"export JAVA_HOME={new}; {said}").stdout
    assert found == f"{new} {new}/bin/javac\n"
    found = find_java(f"{newer}/bin:{tools}", f"export JAVA_HOME={old}; {said}").stdout
    assert found == f"{newer} {newer}/bin/javac\n"
    # By a chain of links, as Debian's alternatives.
    links = tmp_path / "links"
    links.mkdir()
    (links / "javac").symlink_to("second")
    (links / "second").symlink_to(new / "bin" / "javac")
    found = find_java(f"{links}:{tools}", said).stdout
    assert found == f"{new} {new}/bin/javac\n"
    # A range, as the example on Spark has one.
    found = find_java(f"{newer}/bin:{new}/bin:{tools}", said.replace("17;", "17 23;")).stdout
    assert found == f"{new} {new}/bin/javac\n"


def test_setup_installs_nothing_where_nothing_is_missing(run, tmp_path):
    script(tmp_path / "bin" / "apt-get", f"touch {tmp_path}/installed\n")
    script(tmp_path / "bin" / "javac", "echo javac 11.0.2\n")
    old = fake_jdk(tmp_path / "8", "1.8.0_402")
    result = run(
        "setup", PATH=f"{tmp_path}/bin:{os.environ['PATH']}", JAVA_HOME=str(old), JAVA_TOOL_OPTIONS="-Xmx2g", BASH_ENV="/nonexistent"
    )
    assert result.returncode == 0, result.stderr
    assert not (tmp_path / "installed").exists()


def test_maven_uses_the_java_that_was_found(copy, tmp_path):
    shutil.rmtree(copy / "lib" / "app" / "target")
    jdk = fake_jdk(tmp_path / "17", "17.0.2")
    script(tmp_path / "bin" / "mvn", 'echo "$JAVA_HOME" >&2; exit 1\n')
    old = fake_jdk(tmp_path / "8", "1.8.0_402")
    result = Launcher(copy)("infer", PATH=f"{tmp_path}/bin:{jdk}/bin:{os.environ['PATH']}", JAVA_HOME=str(old))
    assert result.stderr.splitlines()[:2] == ["setup: the library", str(jdk)]


# --- shells -------------------------------------------------------------------------------------------------------


def test_shellcheck_finds_no_fault():
    scripts = [ROOT / "environment" / "run", ROOT / "environment" / "gpu-check", ROOT / ".ci" / "run", ROOT / ".binder" / "postBuild"]
    result = call(["shellcheck", "-x", *scripts])
    assert result.stdout == ""


def test_the_launcher_is_written_for_the_bash_of_macos():
    """Version 3.2 lacks later features, and takes an array without elements for unset."""
    for name in ("run", "setup.sh", "java.sh"):
        text = (ROOT / "environment" / name).read_text()
        code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
        later = r"\b(mapfile|readarray|coproc|wait -n|(declare|local|typeset) -[a-zA-Z]*[Ang])\b|\$\{\w+(\[@\])?(,|\^|@[A-Za-z])|\|&|&>>|\{\w+\}[<>]"
        assert re.findall(later, code) == []
        # Only GNU's tools have these.
        assert re.findall(r"readlink -f|realpath|sed -i|stat -c|cp -a|sort -V|xargs -d|date -d|mktemp --|find .*-printf", code) == []
        for array in set(re.findall(r"\b(\w+)=\(\)", code)):
            assert re.findall(rf'(?<!\+)"\$\{{{array}\[[@*]\]\}}"', code) == []


def test_the_launcher_may_be_called_from_anywhere(copy, tmp_path):
    link = tmp_path / "bin" / "digits"
    link.parent.mkdir()
    link.symlink_to("hop")
    (tmp_path / "bin" / "hop").symlink_to(copy / "environment" / "run")
    usage = Launcher(copy)("help").stdout
    assert usage.startswith("Usage: ")
    out = tmp_path / "a.png"
    command = ["digits", "infer", "--num-images", 1, "--steps", 10, "--model", copy / "data" / "pretrained", "--out", out]
    noisy = tmp_path / "noisy"
    noisy.write_text("alias python3=false cd=false\nshopt -s expand_aliases nullglob\n")
    result = call(
        command,
        PATH=f"{link.parent}:{os.environ['PATH']}",
        CDPATH=f"{tmp_path}:/usr",
        BASH_ENV=noisy,
        TMPDIR=tmp_path / "missing",
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert out.exists()


# --- help and completion ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["setup", "lab", "spark"])
def test_a_help_sets_up_nothing(tmp_path, command):
    project = make_checkout(tmp_path / "project")
    for name in ("mvn", "python3", "apt-get", "java"):
        script(tmp_path / "bin" / name, f"touch {tmp_path}/called\n")
    before = {path for path in project.rglob("*")}
    for option in ("--help", "-h"):
        result = Launcher(project)(command, option, PATH=f"{tmp_path}/bin:{os.environ['PATH']}")
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.startswith(f"Usage: ./environment/run {command}")
        assert len(re.findall(r"^  .*\./environment/run " + command, result.stdout, re.MULTILINE)) == 3
    assert not (tmp_path / "called").exists()
    assert {path for path in project.rglob("*")} == before


def test_the_help_of_spark_lists_the_options_that_it_has(run):
    folder = ROOT / "lib" / "spark" / "src" / "main" / "java" / "io" / "github" / "mnistebm" / "spark"
    source = "".join((folder / name).read_text() for name in ["SparkDigits.java", "ClusterOptions.java"])
    listed = re.findall(r"^      (--[a-z]+)=", run("spark", "--help").stdout, re.MULTILINE)
    assert sorted(listed) == sorted(re.findall(r'names = "(--[a-z]+)"', source))


COMPLETE = """
source "$1"
COMP_LINE="./environment/run $2" COMP_WORDS=(./environment/run $2) COMP_CWORD=$(($(wc -w <<<"$2")))
_complete_run
printf '%s\\n' "${COMPREPLY[@]}"
complete -p ./environment/run
"""


def test_the_shell_completes_commands_and_options_where_that_was_asked_for(run, tmp_path):
    result = run("setup", "--with-completion", XDG_DATA_HOME=tmp_path)
    assert result.returncode == 0, result.stderr
    file = tmp_path / "bash-completion" / "completions" / "run"
    assert f"completion in {file}" in result.stderr
    for typed, words in [("infer --num", {"--num-images"}), ("tr", {"train"}), ("setup --with-c", {"--with-completion"})]:
        completed = call(["bash", "--norc", "-c", COMPLETE, "bash", file, typed])
        *found, registered = completed.stdout.splitlines()
        assert set(found) == words
        assert registered == "complete -o default -F _complete_run ./environment/run"
    file.write_text("complete -W fast run\n")
    result = run("setup", "--with-completion", XDG_DATA_HOME=tmp_path)
    assert result.returncode == 1
    assert f"{file}: completes another program" in result.stderr
    assert file.read_text() == "complete -W fast run\n"


def test_maven_says_nothing_where_all_is_well(copy):
    shutil.rmtree(copy / "lib" / "app" / "target")
    result = call(["bash", "-c", f"ROOT='{copy}'; source '{copy}/environment/java.sh'; run_maven -q --offline validate"])
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


# --- two at once, and kills ---------------------------------------------------------------------------------------

# In the place of Maven: takes as long as the file `slow` is there.
MAVEN = """
while [ -e "{project}/slow" ]; do sleep 0.1; done
mkdir -p "{project}/lib/app/target/dependency"
echo made >> "{project}/made"
echo jar > "{project}/lib/app/target/mnist-ebm-app.jar"
"""


@pytest.fixture(params=["flock", "python"])
def two_setups(request, tmp_path):
    """A checkout that is not built yet, and how to set it up: with flock(1), and without it, as on macOS."""
    project = make_checkout(tmp_path / "project", *MNIST)
    script(tmp_path / "bin" / "mvn", MAVEN.format(project=project))
    path = f"{tmp_path}/bin:{os.environ['PATH']}"
    if request.param == "python":
        # Every command but those that macOS lacks.
        tools = tmp_path / "tools"
        tools.mkdir()
        for folder in os.environ["PATH"].split(":"):
            for command in os.scandir(folder) if os.path.isdir(folder) else []:
                if command.name not in ("flock", "sha256sum") and not (tools / command.name).is_symlink():
                    (tools / command.name).symlink_to(command.path)
        path = f"{tmp_path}/bin:{tools}"
    (project / "slow").touch()

    def start():
        return subprocess.Popen(
            [project / "environment" / "run", "score"],
            env={**os.environ, "PATH": path},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return project, start


def test_a_second_setup_waits_for_the_first_and_names_it(two_setups):
    project, start = two_setups
    first = start()
    assert first.stderr.readline() == "setup: the library\n"
    second = start()
    assert second.stderr.readline() == f"setup: waiting for process {first.pid} ({project}/environment/run score), which sets up this folder\n"
    (project / "slow").unlink()
    first.communicate(timeout=60)
    second.communicate(timeout=60)
    assert (project / "made").read_text() == "made\n"


def test_a_setup_that_is_killed_is_done_again_by_the_one_that_waits(two_setups):
    project, start = two_setups
    first = start()
    assert first.stderr.readline() == "setup: the library\n"
    second = start()
    assert "waiting for process" in second.stderr.readline()
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate(timeout=60)
    assert second.stderr.readline() == "setup: the library\n"
    (project / "slow").unlink()
    second.communicate(timeout=60)
    assert (project / "made").read_text() == "made\n"


def test_a_program_that_starts_after_the_setup_does_not_keep_the_lock(tmp_path):
    project = make_checkout(tmp_path / "project", *MNIST)
    script(tmp_path / "bin" / "mvn", MAVEN.format(project=project))
    # In the place of Java: the server, which runs on.
    jdk = fake_jdk(tmp_path / "17", "17.0.2")
    script(jdk / "bin" / "java", "echo serving; exec sleep 60\n")
    server = subprocess.Popen(
        [project / "environment" / "run", "serve"],
        env={**os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "JAVA_HOME": str(jdk)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout.readline() == "serving\n"
    with (project / ".setup.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    server.kill()
    server.wait()
