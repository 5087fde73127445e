"""The notebooks in JupyterLab, in a real browser, with the quick preset."""

import os
import re
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

NOTEBOOKS = ("inference", "evaluation", "sampling", "train")

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
        env={**os.environ, "JUPYTERLAB_SETTINGS_DIR": str(settings), "MNIST_EBM_PRESET": "quick"},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}/lab/tree/notebooks/"
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
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page(lab, browser):
    """The notebook of drawing, open, with its kernel ready."""
    page = open_notebook(browser, lab, "inference")
    yield page
    shut_down(page)


def open_notebook(browser, lab, name):
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.goto(f"{lab}{name}.ipynb?reset")
    page.locator(".jp-Notebook").wait_for(timeout=2 * MINUTES)
    idle(page)
    return page


def choose(page, menu, *items):
    """Chooses an item of a menu, as a user does."""
    dialog = page.locator(".jp-Dialog")
    assert dialog.count() == 0, dialog.first.inner_text()
    page.locator(".lm-MenuBar-item", has_text=menu).first.click()
    for item in items:
        page.locator(".lm-Menu-item:visible").filter(has_text=item).first.click()


def shut_down(page):
    """Ends the notebook's kernel, and closes the page."""
    choose(page, "Kernel", re.compile("^Shut Down Kernel$"))
    page.locator('.jp-NotebookPanel [data-status="idle"]').first.wait_for(state="detached", timeout=MINUTES)
    page.close()


def idle(page):
    """Waits until the kernel is at rest."""
    page.locator('.jp-NotebookPanel [data-status="idle"]').first.wait_for(timeout=1.5 * MINUTES)


def run_all(page):
    """Runs all cells."""
    first = page.locator(".jp-CodeCell .jp-InputPrompt").first
    # While JupyterLab starts, it loses commands.
    while first.inner_text() == "[ ]:":
        choose(page, "Run", re.compile("^Run All Cells$"))
        page.wait_for_timeout(2000)


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


def kernels():
    """The Java processes of notebooks."""
    found = subprocess.run(["pgrep", "-f", "jjava.jar"], capture_output=True, text=True).stdout.split()
    return set(map(int, found))


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_tables_can_be_read_in_both_themes(lab, browser, theme):
    page = open_notebook(browser, lab, "sampling")
    choose(page, "Settings", "Theme", re.compile(f"^{theme}$"))
    run_cell(page, "RandomSource random")
    run_cell(page, "EnergyFunction bioassay")
    table = page.locator(".jp-RenderedHTMLCommon table")
    table.wait_for(timeout=2 * MINUTES)
    colours = table.locator("td").first.evaluate(
        """cell => {
            let back = cell;
            while (back && /, 0\\)$|transparent/.test(getComputedStyle(back).backgroundColor)) back = back.parentElement;
            return [getComputedStyle(cell).color, getComputedStyle(back).backgroundColor];
        }"""
    )
    text, background = (luminance(colour) for colour in colours)
    assert (max(text, background) + 0.05) / (min(text, background) + 0.05) >= 4.5
    shut_down(page)


def luminance(colour):
    """The relative luminance of a colour of CSS."""
    channels = [int(channel) / 255 for channel in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_as_a_whole(lab, browser, name):
    others = kernels()
    page = open_notebook(browser, lab, name)
    cells = page.locator(".jp-CodeCell")
    run_all(page)
    last = cells.last.locator(".jp-InputPrompt")
    pictures = set()
    deadline = time.monotonic() + 30 * 60
    faults = page.locator('[data-mime-type="application/vnd.jupyter.stderr"], [data-mime-type="application/vnd.jupyter.error"]')
    while not re.fullmatch(r"\[\d+\]:", last.inner_text()):
        assert time.monotonic() < deadline
        assert faults.count() == 0, faults.all_inner_texts()
        pictures |= set(page.locator(".jp-OutputArea-output img").evaluate_all("all => all.map(image => image.src.length)"))
        page.wait_for_timeout(1000)
    idle(page)
    assert faults.count() == 0, faults.all_inner_texts()
    shown = page.locator(".jp-OutputArea-output img").count()
    assert shown > 3
    if name == "train":
        # Curves grew on the way.
        assert len(pictures) > shown + 5
    old = kernels() - others
    page.get_by_role("button", name="Restart the kernel", exact=True).click()
    page.locator(".jp-Dialog button.jp-mod-warn").click()
    eventually(lambda: not old & kernels() and kernels() - others)
    cells.last.locator(".cm-content").click()
    cell = new_cell(page, "20 + 22")
    page.keyboard.press("Control+Enter")
    expect(cell.locator(".jp-OutputArea-output")).to_have_text("42", timeout=MINUTES)
    shut_down(page)
    eventually(lambda: not kernels() - others)


def eventually(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_the_first_cells_draw_digits(page):
    run_cell(page, "RandomSource random")
    drawing = run_cell(page, "sampler.draw(100, 1")
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
    long = run_cell(page, "each.draw(20, 1")
    page.locator('.jp-NotebookPanel [data-status="busy"]').first.wait_for(timeout=MINUTES)
    page.wait_for_timeout(5000)
    page.get_by_role("button", name="Interrupt the kernel").click()
    idle(page)
    assert long.locator(".jp-OutputArea-output img").count() == 0
    cell = new_cell(page, "20 + 22")
    page.keyboard.press("Control+Enter")
    expect(cell.locator(".jp-OutputArea-output")).to_have_text("42", timeout=MINUTES)
