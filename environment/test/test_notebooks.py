"""The notebooks, executed on the real kernel, and JupyterLab on them."""

import nbformat
import pytest
from checkouts import make_notebook_project


@pytest.fixture(scope="module")
def executed(run, tmp_path_factory):
    """The notebooks, executed with the quick preset on copies, in a project folder of their own."""
    project = make_notebook_project(tmp_path_factory.mktemp("project"))
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
    assert len(outputs(path, "image/png")) == 8
    assert len([table for table in outputs(path, "text/html") if "<table>" in table]) == 7
    assert (model_of_its_own / "model.json").exists()


def test_inference_shows_grids_and_charts_from_the_bundled_model(executed):
    path = executed / "notebooks" / "inference.ipynb"
    assert_executed(path)
    assert len(outputs(path, "image/png")) == 9
    assert len([table for table in outputs(path, "text/html") if "<table>" in table]) == 1


def test_evaluation_shows_tables_and_charts_of_the_bundled_model(executed):
    path = executed / "notebooks" / "evaluation.ipynb"
    assert_executed(path)
    assert len(outputs(path, "image/png")) == 4
    assert len([table for table in outputs(path, "text/html") if "<table>" in table]) == 8


def test_sampling_needs_no_model(executed):
    path = executed / "notebooks" / "sampling.ipynb"
    assert_executed(path)
    assert len(outputs(path, "image/png")) == 4
    assert len([table for table in outputs(path, "text/html") if "<table>" in table]) == 5


def test_the_committed_notebooks_carry_their_outputs(root):
    for name, pictures in (("train", 8), ("inference", 9), ("evaluation", 4), ("sampling", 4)):
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


def test_lab_takes_another_folder_and_first_page(run, tmp_path):
    result = run("lab", f"--notebook-dir={tmp_path}", "--LabApp.default_url=/lab", "--show-config")
    assert result.returncode == 0, result.stderr
    assert f".root_dir = '{tmp_path}'" in result.stdout
    assert ".default_url = '/lab'" in result.stdout


def test_lab_opens_the_notebook_of_training_by_default(run, root):
    result = run("lab", "--show-config")
    assert f".root_dir = '{root}'" in result.stdout
    assert ".default_url = '/lab/tree/notebooks/train.ipynb'" in result.stdout
