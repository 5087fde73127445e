"""Executes the project's notebooks on the Java kernel and saves them with their outputs.

A notebook whose execution fails is left as it was, and the failing cell is printed.
"""

import argparse
import pathlib
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

NOTEBOOKS = pathlib.Path(__file__).resolve().parent.parent / "notebooks"
NAMES = ("train", "inference", "evaluation", "sampling")


def failed_source(notebook):
    """The source of the last cell that was begun."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "code" and cell.get("execution_count")][-1]


def execute(path):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="java",
        timeout=None,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    start = time.monotonic()
    try:
        client.execute()
    except CellExecutionError as error:
        sys.exit(f"{path}: this cell failed:\n\n{failed_source(notebook)}\n\n{error.ename}: {error.evalue}")
    except DeadKernelError as error:
        sys.exit(f"{path}: {error}")
    part = path.with_suffix(".part")
    nbformat.write(notebook, part)
    part.replace(path)
    print(f"{path}: executed in {time.monotonic() - start:.0f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(
        prog="run notebooks",
        description="Executes the notebooks on the Java kernel and saves them with their outputs. "
        "MNIST_EBM_PRESET=quick in the environment makes the training short.",
    )
    parser.add_argument("names", nargs="*", metavar="|".join(NAMES), help="which; all by default")
    parser.add_argument("--folder", type=pathlib.Path, default=NOTEBOOKS, help="where they are (default: notebooks)")
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in NAMES:
            parser.error(f"expected {', '.join(NAMES[:-1])} or {NAMES[-1]}, found {name}")
    paths = [arguments.folder.resolve() / f"{name}.ipynb" for name in arguments.names or NAMES]
    for path in paths:
        if not path.exists():
            sys.exit(f"{path}: no such notebook")
    for path in paths:
        execute(path)


if __name__ == "__main__":
    main()
