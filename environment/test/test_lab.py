"""The notebooks in JupyterLab, in a real browser."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from checkouts import make_notebook_project
from playwright.sync_api import expect, sync_playwright

pytestmark = pytest.mark.slow

MINUTES = 60_000

SETTINGS = {
    # All cells are in the document, and not only those in sight.
    "notebook-extension/tracker": '{"windowingMode": "none"}',
    "apputils-extension/notification": '{"fetchNews": "false"}',
}


def free_port():
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


@pytest.fixture(scope="module")
def lab(root, tmp_path_factory):
    """The address of `run lab` on a copy of the notebooks without their outputs, in a project folder of its own."""
    project = make_notebook_project(tmp_path_factory.mktemp("project"))
    settings = tmp_path_factory.mktemp("settings")
    for plugin, value in SETTINGS.items():
        file = settings / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(value)
    port = free_port()
    server = subprocess.Popen(
        [root / "environment" / "run", "lab", "--no-browser", f"--port={port}", f"--notebook-dir={project}"]
        + ["--IdentityProvider.token="],
        env={**os.environ, "JUPYTERLAB_SETTINGS_DIR": str(settings)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}/lab/tree/notebooks/inference.ipynb"
    while server.poll() is None:
        try:
            urllib.request.urlopen(address).close()
            break
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    assert server.poll() is None
    yield address
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=60)


@pytest.fixture(scope="module")
def page(lab):
    """The notebook of drawing, open, with its kernel ready."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(lab)
        page.locator(".jp-Notebook").wait_for(timeout=2 * MINUTES)
        idle(page)
        yield page
        browser.close()


def idle(page):
    """Waits until the kernel is at rest."""
    page.locator('.jp-NotebookPanel [data-status="idle"]').first.wait_for(timeout=1.5 * MINUTES)


def run_cell(page, text):
    cell = page.locator(".jp-CodeCell").filter(has_text=text).first
    # While JupyterLab starts, it loses keys.
    while cell.locator(".jp-InputPrompt").inner_text() == "[ ]:":
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(500)
    return cell


def new_cell(page, text):
    """Types into a new cell below the one that was run last, and returns it."""
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    page.keyboard.type(text)
    return page.locator(".jp-CodeCell.jp-mod-active")


def test_the_first_cells_draw_digits(page):
    run_cell(page, "RandomSource random")
    drawing = run_cell(page, "DigitSampler.of(model).draw(100, 1)")
    picture = drawing.locator(".jp-OutputArea-output img")
    picture.wait_for(timeout=3 * MINUTES)
    assert picture.evaluate("image => image.naturalWidth") > 400


def test_tab_completes_the_librarys_names(page):
    idle(page)
    cell = new_cell(page, "DigitModel.lo")
    page.keyboard.press("Tab")
    expect(page.locator(".jp-Completer-item")).to_contain_text("load(", timeout=MINUTES)
    page.keyboard.press("Enter")
    expect(cell.locator(".cm-content")).to_have_text("DigitModel.load(")


def test_shift_tab_shows_a_signature(page):
    new_cell(page, "DigitSampler.of(model)")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+Tab")
    expect(page.locator(".jp-Tooltip")).to_contain_text("DigitSampler.of(DigitModel model)", timeout=MINUTES)
    page.keyboard.press("Escape")


def test_stop_ends_a_long_cell_and_the_next_one_runs(page):
    idle(page)
    long = run_cell(page, "Condition.parse(text)).draw(20, 1)")
    page.locator('.jp-NotebookPanel [data-status="busy"]').first.wait_for(timeout=MINUTES)
    page.wait_for_timeout(5000)
    page.get_by_role("button", name="Interrupt the kernel").click()
    idle(page)
    assert long.locator(".jp-OutputArea-output img").count() == 0
    cell = new_cell(page, "20 + 22")
    page.keyboard.press("Control+Enter")
    expect(cell.locator(".jp-OutputArea-output")).to_have_text("42", timeout=MINUTES)
