"""examples/localization.ipynb: runs from a fresh clone, and its figures have the numbers of the command line's."""
import json
import os
import shutil
import sys

from harness import FOLDER, QKLAB, ROOT, csv_rows, needs, qklab, run_tests
from python_package import package

NOTEBOOK = ROOT / "examples/localization.ipynb"


def executed():
    """The notebook, run in a copy of what it uses of the source tree, with a cell that prints its figures' data."""
    package()
    nbformat, nbclient = needs("nbformat"), needs("nbclient")
    needs("ipykernel")
    for name in ("examples", "configs", "python"):
        shutil.copytree(ROOT / name, FOLDER / "clone" / name)
    (FOLDER / "clone/build/release").mkdir(parents=True)
    os.symlink(QKLAB, FOLDER / "clone/build/release/qklab")
    for name in ("QKLAB_PROGRAM", "PYTHONPATH"):  # it finds both by itself
        os.environ.pop(name)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(
        "import json\nprint(json.dumps({name: run.figures[name].data.to_dict('list') for name in run.figures}))"))
    client = nbclient.NotebookClient(notebook, timeout=240, kernel_name="python3",
                                     resources={"metadata": {"path": str(FOLDER / "clone/examples")}})
    try:
        client.execute()
    except nbclient.exceptions.CellExecutionError as error:
        raise AssertionError(str(error)[-2000:]) from error
    return notebook


def read_as(value, text):
    return text == "true" if isinstance(value, bool) else type(value)(text)


def test_it_runs_and_its_figures_have_the_numbers_of_the_command_line():
    notebook = executed()
    qklab("run", ROOT / "configs/fig_localization.yaml", "--preset", "smoke", "--out", "by-hand", code=None)
    shown = json.loads(notebook.cells[-1].outputs[0].text)
    assert set(shown) == {path.stem for path in (FOLDER / "by-hand/figures").glob("*.csv")} and len(shown) >= 3
    for name, columns in shown.items():
        rows = csv_rows((FOLDER / "by-hand/figures" / f"{name}.csv").read_bytes())
        for column, values in columns.items():
            written = [row[column] for row in rows]
            assert values == [read_as(value, text) for value, text in zip(values, written)], (name, column)
            assert len(values) == len(written) > 0
    pictures = [output for cell in notebook.cells for output in cell.get("outputs", [])
                if "image/svg+xml" in output.get("data", {})]
    assert len(pictures) >= 2, "no picture is shown"


def test_the_committed_one_was_executed():
    notebook = json.loads(NOTEBOOK.read_text())
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert not any(output["output_type"] == "error" for output in outputs)
    assert any("image/svg+xml" in output.get("data", {}) for output in outputs)
    for private in (str(ROOT), "/tmp/"):
        assert private not in NOTEBOOK.read_text(), "a path of the machine that executed it"


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
