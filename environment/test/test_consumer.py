"""A Maven project that depends on the library alone, and holds the README's snippets as they stand there."""

import os
import re
import shutil
import subprocess

import numpy
import pytest

GROUP = ("io", "github", "mnist-ebm")
JARS = 25

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>example</groupId>
  <artifactId>consumer</artifactId>
  <version>1</version>
  <dependencies>
{dependency}
  </dependencies>
</project>
"""

SNIPPET = """{imports}
public final class Snippet{number} {{
    public static void main(String[] arguments) throws Exception {{
{statements}
    }}
}}
"""


def on_java(root, least, *command, **options):
    """Runs a command on the first Java Development Kit that is new enough, as the launcher finds it."""
    script = 'source "$1" && find_java "$2" || exit 69; shift 2; exec "$@"'
    arguments = ["bash", "-c", script, "-", root / "environment" / "java.sh", str(least), *map(str, command)]
    # As in environment/java.env: beside another load, OpenMP's threads would spin for minutes.
    environment = {**os.environ, "GOMP_SPINCOUNT": "2000", "OPT_OUT_TRACKING": "true"}
    return subprocess.run(arguments, env=environment, capture_output=True, text=True, **options)


def maven(root, least, *arguments, **options):
    """Runs Maven, which asks its central repository only for plugins and libraries that are missing."""
    for network in ["-o"], []:
        result = on_java(root, least, "mvn", "-B", "-ntp", "-Dstyle.color=never", *network, *arguments, **options)
        if result.returncode == 0 or "in offline mode" not in result.stdout:
            break
    return result


def blocks(root, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", (root / "README.md").read_text(), re.M | re.S)


def plugin(root, name):
    version = re.search(rf"<artifactId>{name}</artifactId>\s*<version>(.*?)</version>", (root / "pom.xml").read_text())
    return f"org.apache.maven.plugins:{name}:{version[1]}"


@pytest.fixture(scope="module")
def repository(root, tmp_path_factory):
    """A local repository of the tests' own: links to what the user's holds, and this library, which the user's never sees."""
    found = maven(root, 17, "-X", "-N", "validate", cwd=root).stdout
    theirs = root.__class__(re.search(r"Using local repository at (.*)", found)[1])
    folder = ours = tmp_path_factory.mktemp("repository")
    for part in GROUP:
        for entry in theirs.iterdir() if theirs.is_dir() else []:
            if entry.name != part:
                (ours / entry.name).symlink_to(entry)
        theirs, ours = theirs / part, ours / part
        ours.mkdir()
    result = maven(root, 17, f"-Dmaven.repo.local={folder}", "-DskipTests", "-pl", "lib/core", "-am", "install", cwd=root)
    assert result.returncode == 0, result.stdout
    return folder


@pytest.fixture(scope="module", params=[17, 21])
def consumer(request, root, repository, tmp_path_factory):
    """The project, compiled for a release, with the commands that run its programs."""
    release = request.param
    if on_java(root, release, "true").returncode != 0:
        pytest.skip(f"no Java Development Kit of version {release} or later")
    folder = tmp_path_factory.mktemp(f"release-{release}")
    (folder / "pom.xml").write_text(POM.format(dependency=blocks(root, "xml")[0]))
    sources = folder / "src" / "main" / "java"
    sources.mkdir(parents=True)
    snippets = blocks(root, "java")
    for number, snippet in enumerate(snippets):
        imports = "".join(re.findall(r"^import .*\n", snippet, re.M))
        statements = re.sub(r"^import .*\n", "", snippet, flags=re.M)
        source = SNIPPET.format(imports=imports, number=number, statements=statements)
        (sources / f"Snippet{number}.java").write_text(source)
    dependency = plugin(root, "maven-dependency-plugin")
    result = maven(
        root,
        release,
        f"-Dmaven.repo.local={repository}",
        f"-Dmaven.compiler.release={release}",
        "-Dproject.build.sourceEncoding=UTF-8",
        "-DincludeScope=runtime",
        "-Dscope=runtime",
        "-DoutputFile=tree.txt",
        "-Dmdep.outputFile=classpath.txt",
        plugin(root, "maven-compiler-plugin") + ":compile",
        f"{dependency}:tree",
        f"{dependency}:build-classpath",
        cwd=folder,
    )
    assert result.returncode == 0, result.stdout
    (folder / "data").mkdir()
    (folder / "data" / "pretrained").symlink_to(root / "data" / "pretrained")
    classpath = f"{folder / 'target' / 'classes'}{os.pathsep}{(folder / 'classpath.txt').read_text().strip()}"
    return folder, release, [["java", "-cp", classpath, f"Snippet{number}"] for number in range(len(snippets))]


def test_install_brings_the_library_its_sources_and_its_documentation(repository):
    folder = repository.joinpath(*GROUP, "mnist-ebm")
    (version,) = [path for path in folder.iterdir() if path.is_dir()]
    kinds = {path.name.removeprefix(f"mnist-ebm-{version.name}") for path in version.iterdir()}
    assert {".pom", ".jar", "-sources.jar", "-javadoc.jar"} <= kinds


def test_the_snippets_run_for_each_release(root, consumer):
    folder, release, programs = consumer
    assert len(programs) >= 2
    outputs = []
    for program in programs:
        result = on_java(root, release, *program, cwd=folder)
        assert result.returncode == 0, result.stderr
        outputs.append(result.stdout)
    assert numpy.load(folder / "digits.npz")["images"].shape == (100, 28, 28)
    # Means of the posterior by quadrature: PosteriorsTest.
    means = [float(row.split("|")[1]) for row in outputs[1].splitlines() if "latent" in row]
    assert means == pytest.approx([1.31, 11.64], abs=0.3)


def test_the_library_brings_few_jars(consumer):
    folder, _, _ = consumer
    tree = (folder / "tree.txt").read_text()
    jars = {tuple(line.split(":")[:2]) for line in re.findall(r"[+\\]- (\S+)", tree)}
    assert (".".join(GROUP), "mnist-ebm") in jars
    brought = {jar for jar in jars if jar[0] != ".".join(GROUP) and jar[1] != "pytorch-native-cpu"}
    assert len(brought) <= JARS, sorted(brought)
    unwanted = re.compile(r"jetty|kotlin|jfree|javalin|picocli|jline|logback|log4j|slf4j:(?!slf4j-api$)")
    assert [jar for jar in brought if unwanted.search(":".join(jar))] == []


def test_the_build_refuses_a_project_that_maven_central_would_refuse(root, tmp_path):
    (tmp_path / "lib").mkdir()
    shutil.copy(root / "lib" / "pom.xml", tmp_path / "lib")
    blocks = ["name", "description", "url", "licenses", "developers", "scm"]
    pom = (root / "pom.xml").read_text()
    for block in blocks:
        pom = re.sub(rf"\n  <{block}[ >].*?</{block}>", "", pom, count=1, flags=re.S)
    (tmp_path / "pom.xml").write_text(pom)
    result = maven(root, 17, "-N", "verify", cwd=tmp_path)
    assert result.returncode != 0
    assert [block for block in blocks if f"<{block}>" not in result.stdout] == []
