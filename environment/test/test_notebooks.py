"""The notebooks, executed on the real kernel."""

import shutil

import nbformat
import pytest


@pytest.fixture(scope="module")
def executed(run, root, tmp_path_factory):
    """The notebooks, executed with the quick preset on copies, in a project folder of their own."""
    project = tmp_path_factory.mktemp("project")
    shutil.copytree(root / "notebooks", project / "notebooks", ignore=shutil.ignore_patterns(".*"))
    (project / "data").mkdir()
    for name in ("mnist", "pretrained", "classifier.safetensors", "quality.csv"):
        (project / "data" / name).symlink_to(root / "data" / name)
    for path in (project / "notebooks").glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, path)
    result = run("notebooks", "--folder", project / "notebooks", MNIST_EBM_PRESET="quick")
    assert result.returncode == 0, result.stderr
    return project


def outputs(path, mime):
    notebook = nbformat.read(path, as_version=4)
    return [
        output.data[mime]
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if mime in output.get("data", {})
    ]


def assert_executed(path):
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.execution_count is not None, cell.source
            assert not [output for output in cell.outputs if output.output_type == "error"], cell.source
            assert not [output for output in cell.outputs if output.get("name") == "stderr"], cell.source


def test_training_shows_pictures_curves_and_tables_and_saves_a_model(executed, model_of_its_own):
    path = executed / "notebooks" / "train.ipynb"
    assert_executed(path)
    assert len(outputs(path, "image/png")) == 7
    assert len([table for table in outputs(path, "text/html") if "<table>" in table]) == 6
    assert (model_of_its_own / "model.json").exists()


def test_inference_shows_grids_and_charts_from_the_bundled_model(executed):
    path = executed / "notebooks" / "inference.ipynb"
    assert_executed(path)
    assert len(outputs(path, "image/png")) == 12
    assert len([table for table in outputs(path, "text/html") if "<table>" in table]) == 8


def test_sampling_needs_neither_model_nor_images(executed):
    path = executed / "notebooks" / "sampling.ipynb"
    assert_executed(path)
    assert len(outputs(path, "image/png")) == 2
    assert len([table for table in outputs(path, "text/html") if "<table>" in table]) == 4


def test_the_committed_notebooks_carry_their_outputs(root):
    for name, pictures in (("train", 7), ("inference", 12), ("sampling", 2)):
        path = root / "notebooks" / f"{name}.ipynb"
        assert_executed(path)
        assert len(outputs(path, "image/png")) == pictures


def test_a_failing_cell_ends_the_command_and_leaves_the_notebook(run, tmp_path):
    path = tmp_path / "train.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("int x = 1 / 0;")])
    nbformat.write(notebook, path)
    before = path.read_text()
    result = run("notebooks", "train", "--folder", tmp_path)
    assert result.returncode == 1
    assert "int x = 1 / 0;" in result.stderr
    assert "java.lang.ArithmeticException, / by zero" in result.stderr
    assert path.read_text() == before
