"""The web page, in a real browser, and the door for programs that it uses."""

import io
import json
import re
import shutil
import time
import urllib.request

import numpy
import openapi_spec_validator
import pytest
from conftest import Server
from playwright.sync_api import expect, sync_playwright

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {
    "phone": {"width": 390, "height": 844},
    "laptop": {"width": 1280, "height": 800},
    "wall": {"width": 2560, "height": 1440},
}


@pytest.fixture(scope="module")
def server(root):
    started = Server(root)
    yield started
    started.stop()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def screenshots(root):
    """Returns the folder for pictures of the page, which people can look at."""
    folder = root / "lib" / "target" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def open_page(browser, server):
    """Opens the page; at the end there was no error in its console, and nothing came from elsewhere."""
    contexts, complaints, requests = [], [], []

    def open_it(query="", **options):
        context = browser.new_context(**{"viewport": {"width": 1100, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(server.url + query)
        expect(page.locator("#generate option")).to_have_count(2)
        return page

    open_it.complaints = complaints
    yield open_it
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith((server.url, "blob:", "data:"))] == []


def fill(page, **fields):
    page.locator("#advanced").evaluate("each => (each.open = true)")
    for label, value in fields.items():
        page.locator("#generate").locator(f"[name={label}]").fill(str(value))


def generate(page, **fields):
    fill(page, **fields)
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_role("link", name="Permanent link")).to_be_visible(timeout=60_000)


def pixels(page, selector):
    """The canvases that a selector finds, as an array of red values."""
    found = page.eval_on_selector_all(
        selector,
        """all => all.map(each => Array.from(each.getContext('2d').getImageData(0, 0, 28, 28).data)
            .filter((_, i) => i % 4 === 0))""",
    )
    return numpy.array(found).reshape(-1, 28, 28)


def violations(page, root):
    """Returns the faults that axe-core finds. The browser's debugger evaluates it, which the page's policy does not bind."""
    source = next((root / ".venv-axe").glob("*/package/axe.min.js")).read_text()
    page.evaluate(source)
    found = page.evaluate("axe.run()")["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]


def test_generate_draws_digits_and_offers_them_for_download(open_page, server, screenshots):
    page = open_page()
    generate(page, images=25, seed=3)
    page.screenshot(path=screenshots / "generate.png", full_page=True)
    smooth = pixels(page, "#digits canvas")
    assert len(numpy.unique(smooth)) == 16
    page.get_by_label("Black and white").check()
    drawn = pixels(page, "#digits canvas") // 255
    assert drawn.shape == (25, 28, 28)
    assert 0.03 < drawn.mean() < 0.3
    numpy.testing.assert_array_equal(smooth >= 8 * 17, drawn)
    expect(page.locator("#generate-status")).to_have_text(
        re.compile(r"25 digits in [\d.]+ s\. Choose one to see how it was drawn\.")
    )
    page.get_by_text("Details").click()
    expect(page.locator("#details")).to_contain_text(re.compile(r"Steps\s*40\s*Moves accepted\s*\d+ %"))

    path = page.get_by_role("link", name="NPZ").get_attribute("href")
    arrays = numpy.load(io.BytesIO(server.get(path)))
    numpy.testing.assert_array_equal(arrays["images"], drawn)
    assert arrays["means"].shape == (25, 28, 28)
    table = server.get(path.replace("npz", "csv")).decode().splitlines()
    assert len(table) == 26
    numpy.testing.assert_allclose(float(table[1].split(",")[0]), arrays["energies"][0], rtol=1e-5)
    assert server.get(path.replace("npz", "png")).startswith(b"\x89PNG")


def test_the_grid_sharpens_while_the_chains_walk_and_stop_stops_them(open_page, server, screenshots):
    page = open_page()
    cancelled = server.jobs()["cancelled"]
    fill(page, images=100, steps=10_000)
    page.get_by_role("button", name="Generate").click()
    status = page.locator("#generate-status")
    expect(status).to_have_text(re.compile(r"Step [\d,]{2,} of 10,000, [\d.]+ s left\."), timeout=30_000)
    page.screenshot(path=screenshots / "walking.png")
    page.locator("#generate-stop").click()
    expect(status).to_have_text(re.compile(r"Stopped after step [\d,]+ of 10,000\. 100 digits as they were then\."))
    assert pixels(page, "#digits canvas").shape == (100, 28, 28)
    page.get_by_role("button", name="Digit 100,").click()
    expect(page.get_by_role("dialog", name="Digit 100 of 100")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Generate")).to_be_enabled()
    for _ in range(100):
        if server.jobs()["cancelled"] == cancelled + 1:
            break
        page.wait_for_timeout(100)
    assert server.jobs()["cancelled"] == cancelled + 1


def test_a_click_enlarges_a_digit_and_shows_its_way_from_noise(open_page, screenshots):
    page = open_page()
    generate(page, images=4, steps=1000)
    page.get_by_role("button", name="Digit 2,").click()
    dialog = page.get_by_role("dialog", name=re.compile(r"^Digit 2 of 4, reads as \d \(\d+ %\)$"))
    expect(dialog.get_by_role("img", name=re.compile("^Energy along the chain"))).to_be_visible()
    expect(dialog.locator("output")).to_contain_text("step 1,000, energy")
    page.screenshot(path=screenshots / "enlarged.png")
    last = pixels(page, "#enlarged-digit")
    dialog.get_by_role("slider").fill("0")
    expect(dialog.locator("output")).to_contain_text("step 0, energy")
    assert numpy.abs(pixels(page, "#enlarged-digit") - last).mean() > 5
    start = dialog.locator(".spot").get_attribute("cx")
    dialog.get_by_role("button", name="Play").click()
    expect(dialog.locator("output")).to_contain_text("step 1,000, energy", timeout=30_000)
    assert float(dialog.locator(".spot").get_attribute("cx")) > float(start)
    expect(dialog.get_by_role("button", name="Play")).to_be_visible()
    dialog.get_by_role("button", name="Next").click()
    dialog = page.get_by_role("dialog", name="Digit 3 of 4")
    dialog.get_by_role("button", name="Previous").click()
    dialog = page.get_by_role("dialog", name="Digit 2 of 4")
    numpy.testing.assert_array_equal(pixels(page, "#enlarged-digit"), last)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_without_steps_the_digits_are_there_at_once(open_page, screenshots):
    page = open_page()
    generate(page, images=36)
    expect(page.locator("#generate-status")).to_contain_text("36 digits in ")
    assert "steps" not in page.url
    page.screenshot(path=screenshots / "at-once.png", full_page=True)
    page.get_by_label("Black and white").check()
    drawn = pixels(page, "#digits canvas") // 255
    page.get_by_role("button", name="Digit 1,").click()
    dialog = page.get_by_role("dialog", name="Digit 1 of 36")
    expect(dialog.locator("output")).to_contain_text("step 40, energy")
    numpy.testing.assert_array_equal(pixels(page, "#enlarged-digit")[0] // 255, drawn[0])
    dialog.get_by_role("slider").fill("0")
    expect(dialog.locator("output")).to_contain_text("step 0, energy")
    assert 0.03 < (pixels(page, "#enlarged-digit") > 127).mean() < 0.35
    page.screenshot(path=screenshots / "at-once-enlarged.png")


def test_the_model_can_be_chosen(open_page):
    page = open_page()
    page.get_by_text("Advanced").click()
    page.locator("#generate select[name=model]").select_option("seed")
    generate(page, images=4)
    assert "model=seed" in page.url


@pytest.mark.parametrize(("steps", "temperature"), [({"steps": 300}, 0.8), ({}, 0.8), ({}, 1)])
def test_a_permanent_link_draws_the_same_digits(open_page, steps, temperature):
    page = open_page()
    generate(page, images=9, seed=-7, **steps, temperature=temperature)
    link = page.get_by_role("link", name="Permanent link").get_attribute("href")
    again = open_page(link)
    expect(again.get_by_role("link", name="Permanent link")).to_be_visible(timeout=60_000)
    assert again.locator("#digits canvas").count() == 9
    numpy.testing.assert_array_equal(pixels(again, "#digits canvas"), pixels(page, "#digits canvas"))


def test_restore_completes_what_is_hidden_and_keeps_what_is_known(open_page, screenshots):
    page = open_page()
    generate(page, images=36, seed=5)
    page.get_by_label("Black and white").check()
    drawn = pixels(page, "#digits canvas")[0] // 255
    page.get_by_role("button", name="Digit 1,").click()
    page.get_by_role("button", name="Complete a part of it").click()
    page.get_by_role("button", name="Hide lower half").click()
    page.locator("#restore-start").click()
    expect(page.get_by_role("img", name="Completion 12")).to_be_visible(timeout=60_000)
    page.screenshot(path=screenshots / "restored.png", full_page=True)
    completions = pixels(page, "#completions canvas") // 255
    assert completions.shape == (12, 28, 28)
    assert (completions[:, :14] == drawn[:14]).all()
    assert (completions[:, 14:].sum(axis=(1, 2)) > 0).all()
    assert len(numpy.unique(completions, axis=0)) > 1


def test_score_shows_a_drawing_against_the_test_digits(open_page, screenshots):
    page = open_page()
    page.get_by_role("button", name="Take a digit").click()
    expect(page.locator("#score-status")).to_contain_text("A drawn digit.", timeout=60_000)
    page.locator("#score-start").click()
    expect(page.get_by_role("img", name=re.compile(r"^Energy of the drawing: .* of the test digits$"))).to_be_visible(timeout=60_000)
    expect(page.get_by_role("img", name=re.compile("^Reconstruction error of the drawing"))).to_be_visible()
    page.screenshot(path=screenshots / "scored.png", full_page=True)
    # A slab of white that no digit resembles.
    page.locator("#score-drawing-canvas").focus()
    for _ in range(6):
        for _ in range(10):
            page.keyboard.press("Space")
            page.keyboard.press("ArrowRight")
        for _ in range(10):
            page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
    page.locator("#score-start").click()
    expect(page.locator("#score-status")).to_have_text("Hardly a digit.", timeout=60_000)


def test_a_pointer_paints_strokes_without_holes(open_page):
    page = open_page()
    page.locator("#complete-drawing-canvas").scroll_into_view_if_needed()
    box = page.locator("#complete-drawing-canvas").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 280, steps=2)
    page.mouse.up()
    column = pixels(page, "#complete-drawing-canvas")[0][4:23, 3]
    assert (column == 255).all()


def test_what_the_server_refuses_is_shown(open_page):
    page = open_page()
    fill(page, images=400, steps=10_000)
    page.get_by_role("button", name="Generate").click()
    expect(page.locator("#generate-error")).to_have_text("steps: expected at most 2500 with 400 images, found 10000")
    assert open_page.complaints.pop().startswith("Failed to load resource: the server responded with a status of 400")


def test_the_page_speaks_of_images_where_the_model_does_not_draw_digits(browser, root, tmp_path):
    model = shutil.copytree(root / "data" / "pretrained", tmp_path / "garments")
    card = json.loads((model / "model.json").read_text())
    del card["cardSha256"]
    card["dataSet"], card["dataChecksums"] = "garments", {"train-images-idx3-ubyte": "0" * 64}
    (model / "model.json").write_text(json.dumps(card))
    started = Server(root, "--model", model)
    page = browser.new_page()
    try:
        page.goto(started.url)
        expect(page.get_by_role("heading", level=1)).to_have_text("Images from an energy")
        page.get_by_role("button", name="New image").click()
        expect(page.locator("#restore-status")).to_have_text("A new image. Hide a half of it, or change it.", timeout=60_000)
        expect(page.get_by_role("heading", name="Morph")).to_be_hidden()
        page.get_by_text("Advanced").click()
        page.locator("#generate select[name=model]").select_option("default")
        expect(page.get_by_role("heading", level=1)).to_have_text("Digits from an energy")
        expect(page.get_by_role("button", name="New digit")).to_be_visible()
    finally:
        page.close()
        started.stop()


def test_a_value_out_of_range_is_not_sent(open_page):
    page = open_page()
    expect(page.get_by_role("link", name="Permanent link")).to_be_visible(timeout=60_000)
    sent = []
    page.on("request", lambda request: sent.append(request.post_data_json) if request.url.endswith("generate") else None)
    fill(page, images=0)
    page.get_by_role("button", name="Generate").click()
    assert page.locator("#generate input[name=images]").evaluate("each => each.validationMessage") != ""
    generate(page, images=1)
    assert [request["images"] for request in sent] == [1]


def test_a_server_that_is_gone_is_reported(open_page):
    page = open_page()
    expect(page.locator("#plane-status")).to_contain_text("nergy", timeout=60_000)
    page.route("**/api/generate", lambda route: route.abort())
    page.get_by_role("button", name="Generate").click()
    expect(page.locator("#generate-error")).to_have_text("The server cannot be reached.")
    assert open_page.complaints.pop().startswith("Failed to load resource")


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("images=3000000", "images: expected a whole number from 1 to 400, found 3000000."),
        ("images=0", "images: expected a whole number from 1 to 400, found 0."),
        ("images=2.5", "images: expected a whole number from 1 to 400, found 2.5."),
        ("images=many", "images: expected a whole number from 1 to 400, found many."),
        ("images=", "images: expected a whole number from 1 to 400, found nothing."),
        ("images=NaN", "images: expected a whole number from 1 to 400, found NaN."),
        ("images=-1e999", "images: expected a whole number from 1 to 400, found -1e999."),
        ("images=1%0A", "images: expected a whole number from 1 to 400, found 1\n."),
        ("steps=10001", "steps: expected a whole number from 2 to 10000, found 10001."),
        ("seed=2147483648", "seed: expected a whole number from -2147483648 to 2147483647, found 2147483648."),
        ("temperature=0", "temperature: expected a number from 0.1 to 5, found 0."),
        ("order=energy", "order: expected strangest, found energy."),
        ("model=nope", "model: expected one of default, seed, found nope."),
        ("model=", "model: expected one of default, seed, found nothing."),
        ("model=%3Cimg%20src%3Dx%3E", "model: expected one of default, seed, found <img src=x>."),
    ],
)
def test_a_link_with_impossible_values_is_reported_and_draws_nothing(open_page, query, complaint):
    page = open_page(f"?{query}&utm_source=x")
    expect(page.locator("#generate-error")).to_have_text(f"The link asks for what is not possible. {complaint}")
    assert page.locator("#digits canvas").count() == 0
    # The form is as usual, and works.
    assert page.locator("#generate [name=images]").input_value() == "36"
    generate(page, images=2, steps=10)
    expect(page.locator("#generate-error")).to_be_hidden()


def test_a_link_with_several_faults_reports_each(open_page):
    page = open_page("?images=500&steps=1&temperature=2")
    expect(page.locator("#generate-error")).to_contain_text(re.compile("images: .* found 500. steps: .* found 1."))


def test_the_page_draws_36_digits_at_once_and_others_with_each_generate(open_page):
    page = open_page("?utm_source=x")
    link = page.get_by_role("link", name="Permanent link")
    expect(link).to_be_visible(timeout=60_000)
    expect(page.locator("#generate-error")).to_be_hidden()
    first = pixels(page, "#digits canvas")
    assert first.shape == (36, 28, 28)
    boxes = [tile.bounding_box() for tile in page.locator("#digits li").all()]
    assert len({round(box["x"]) for box in boxes}) == len({round(box["y"]) for box in boxes}) == 6
    generate(page)
    second = pixels(page, "#digits canvas")
    assert (first != second).any()
    page.get_by_label("Keep the seed").check()
    generate(page)
    numpy.testing.assert_array_equal(pixels(page, "#digits canvas"), second)


def test_the_strangest_digit_comes_first_on_request(open_page):
    page = open_page()
    generate(page, images=36, seed=2)
    page.get_by_label("Strangest first").check()
    tiles = [(tile.bounding_box(), tile.locator("button").get_attribute("aria-label")) for tile in page.locator("#digits li").all()]
    order = sorted(tiles, key=lambda tile: (round(tile[0]["y"]), tile[0]["x"]))
    energies = [float(re.search(r"energy (-?[\d.]+)", label)[1]) for _, label in order]
    assert energies == sorted(energies, reverse=True)
    # For the keyboard and for screen readers too, and in the dialog.
    labels = [tile.get_attribute("aria-label") for tile in page.locator("#digits button").all()]
    assert labels == [label for _, label in order]
    page.locator("#digits button").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Next").click()
    assert dialog.get_by_role("heading").inner_text().startswith(labels[1].split(",")[0])
    expect(dialog.get_by_role("button", name="Previous")).to_be_enabled()


def test_the_style_sets_the_temperature(open_page):
    page = open_page()
    expect(page.get_by_role("link", name="Permanent link")).to_be_visible(timeout=60_000)
    page.get_by_label("Style").fill("1")
    generate(page, images=4)
    assert "temperature=2&" in page.url + "&"
    again = open_page("?images=4&temperature=0.5")
    assert again.get_by_label("Style").input_value() == "-1"


def test_undo_takes_back_a_stroke_and_a_hidden_half(open_page):
    page = open_page()
    page.get_by_role("button", name="New digit").click()
    expect(page.locator("#restore-status")).to_contain_text("A new digit.", timeout=60_000)
    before = pixels(page, "#complete-drawing-canvas")
    page.get_by_role("button", name="Hide right half").click()
    assert (pixels(page, "#complete-drawing-canvas") != before).any()
    page.locator("#complete-drawing").get_by_role("button", name="Undo").click()
    numpy.testing.assert_array_equal(pixels(page, "#complete-drawing-canvas"), before)


def test_white_strokes_on_unknown_get_black_around_them_on_request(open_page):
    page = open_page()
    page.get_by_role("button", name="All unknown").click()
    page.locator("#complete-drawing-canvas").focus()
    for _ in range(6):
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
    page.locator("#restore-start").click()
    expect(page.get_by_role("img", name="Completion 12")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Paint black around it").click()
    expect(page.get_by_role("img", name="Completion 12")).to_be_visible(timeout=60_000)
    drawn = pixels(page, "#complete-drawing-canvas")[0]
    assert (drawn[16, 14:16] == 255).all()
    assert (drawn[16, [12, 13, 16, 17]] == 0).all()
    assert drawn[16, 11] not in (0, 255)


def test_the_map_shows_walks_and_decodes_the_point_under_a_finger(open_page, screenshots):
    page = open_page()
    status = page.locator("#plane-status")
    expect(status).to_have_text(re.compile(r"Reads as \d \(\d+ %\), energy .* nats"), timeout=60_000)
    first = pixels(page, "#decoded")
    page.locator("#plane").scroll_into_view_if_needed()
    box = page.locator("#plane").bounding_box()
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.6 * box["height"], steps=5)
    page.mouse.up()
    with page.expect_response("**/api/decode"):
        page.locator("#plane").press("ArrowLeft")
    page.wait_for_timeout(1000)
    assert numpy.abs(pixels(page, "#decoded") - first).mean() > 5
    page.locator("#plane").screenshot(path=screenshots / "map.png")


def test_morph_shows_the_path_of_least_energy_beside_the_straight_one(open_page, screenshots):
    page = open_page()
    # Always the same two digits: where an end is the highest state of both paths, neither is the lower one.
    page.evaluate("Math.random = () => 0.5")
    page.get_by_role("button", name="Morph").click()
    expect(page.locator("#morph-status")).to_contain_text("The path of least energy", timeout=60_000)
    name = page.get_by_role("img", name=re.compile("^Energy along the paths")).get_attribute("aria-label")
    least, straight = map(float, re.findall(r"(-?[\d.]+)", name))
    assert least < straight
    slider = page.locator("#morph-slider")
    ends = []
    for place in ("0", slider.get_attribute("max")):
        slider.fill(place)
        ends.append(pixels(page, "#morph-least"))
        numpy.testing.assert_array_equal(ends[-1], pixels(page, "#morph-straight"))
    assert numpy.abs(ends[0] - ends[1]).mean() > 5
    slider.fill("16")
    assert numpy.abs(pixels(page, "#morph-least") - pixels(page, "#morph-straight")).mean() > 5
    page.locator("#morph").screenshot(path=screenshots / "morph.png")


def test_the_game_counts_right_choices(open_page, screenshots):
    page = open_page()
    page.get_by_label("Without the clock").check()
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator("#game-digits button")).to_have_count(12, timeout=60_000)
    page.get_by_role("button", name="Digit 1: real?").click()
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#game-digits .truth")).to_have_count(12)
    truths = page.locator("#game-digits .truth").all_inner_texts()
    assert sum(truth.endswith("real") for truth in truths) == 6
    right = sum(truth.startswith("✓") for truth in truths)
    assert right == (7 if truths[0] == "✓ real" else 5)
    expect(page.locator("#game-status")).to_contain_text(f"{right} of 12 right. Guessing gives 6")
    page.locator("#game").screenshot(path=screenshots / "game.png")


def touch(page, kind, *points):
    """Moves fingers: the points are where each is, by its number, from the drawing's corner."""
    box = page.locator("#complete-drawing-canvas").bounding_box()
    unit = box["width"] / 336
    page.locator("#complete-drawing-canvas").evaluate(
        """(canvas, [kind, points]) => points.forEach(([id, x, y]) => canvas.dispatchEvent(new PointerEvent(kind,
            { pointerId: id, pointerType: "touch", isPrimary: id === 1, buttons: kind === "pointerup" ? 0 : 1,
              clientX: x, clientY: y, bubbles: true })))""",
        [kind, [[number, box["x"] + unit * x, box["y"] + unit * y] for number, x, y in points]],
    )


def test_two_fingers_draw_two_strokes(open_page, screenshots):
    page = open_page(has_touch=True)
    # There are no such fingers to capture.
    page.evaluate("() => { Element.prototype.setPointerCapture = () => {}; }")
    page.locator("#complete-drawing-canvas").scroll_into_view_if_needed()
    touch(page, "pointerdown", (1, 42, 30), (2, 282, 30))
    for down in range(60, 300, 60):
        touch(page, "pointermove", (1, 42, down), (2, 282, down))
    touch(page, "pointerup", (1, 42, 270), (2, 282, 270))
    touch(page, "pointermove", (1, 150, 150), (2, 150, 200))
    page.screenshot(path=screenshots / "two-fingers.png")
    drawn = pixels(page, "#complete-drawing-canvas")[0] == 255
    assert drawn[4:20, 3].all()
    assert drawn[4:20, 23].all()
    assert not drawn[:, 6:22].any()


def test_only_a_failed_connection_is_reported_as_one(open_page):
    page = open_page()
    expect(page.locator("#plane-status")).to_contain_text("nergy", timeout=60_000)
    # The map has come to rest.
    page.wait_for_timeout(1500)
    page.evaluate("() => { HTMLCanvasElement.prototype.getContext = () => { throw new RangeError('no canvas'); }; }")
    page.get_by_role("button", name="Generate").click()
    expect(page.locator("#generate-error")).to_have_text("The page failed: no canvas", timeout=60_000)
    assert "RangeError: no canvas" in open_page.complaints.pop()


def test_an_answer_that_is_not_json_is_not_reported_as_a_lost_connection(open_page):
    page = open_page()
    page.route("**/api/models", lambda route: route.fulfill(content_type="application/json", body="no JSON"))
    page.reload()
    expect(page.locator("#generate-error")).to_contain_text("The models cannot be listed. The page failed: ")
    assert "SyntaxError" in open_page.complaints.pop()


def test_an_answer_that_breaks_off_is_reported(open_page):
    page = open_page()
    page.route("**/api/generate", lambda route: route.fulfill(content_type="text/event-stream", body=":\n\n"))
    page.get_by_role("button", name="Generate").click()
    expect(page.locator("#generate-error")).to_have_text("The server has broken off.")


@pytest.mark.parametrize("energy", [-1e9, -30, 0, 30, 1e9])
def test_a_histograms_marker_does_not_strike_its_label_through(open_page, energy):
    page = open_page()
    histogram = {"edges": list(range(-50, 55, 5)), "counts": [1] * 20}
    score = {"energy": energy, "reconstructionError": energy, "energyAbove": 0.5, "reconstructionErrorAbove": 0.5}
    result = {"model": "default", "scores": [score], "testEnergies": histogram, "testReconstructionErrors": histogram}
    events = f"event: result\ndata: {json.dumps(result)}\n\n"
    page.route("**/api/score", lambda route: route.fulfill(content_type="text/event-stream", body=events))
    page.locator("#score-start").click()
    expect(page.locator("#scores figure")).to_have_count(2)
    for figure in page.locator("#scores figure").all():
        label, marker = (figure.locator(part).bounding_box() for part in ("text.marked", "line.marker"))
        assert label["x"] + label["width"] < marker["x"] or marker["x"] + marker["width"] < label["x"]
        frame = figure.locator("svg").bounding_box()
        assert frame["x"] <= label["x"] and label["x"] + label["width"] <= frame["x"] + frame["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_canvas_of_one_colour_can_be_seen(open_page, screenshots, scheme):
    """Its edge has a contrast of at least 3 to 1 with the page (WCAG 1.4.11), whatever is drawn."""
    page = open_page(color_scheme=scheme)
    page.locator("#complete-drawing-canvas").scroll_into_view_if_needed()
    page.screenshot(path=screenshots / f"white-{scheme}.png")
    style, width, edge, card = page.locator("#complete-drawing-canvas").evaluate(
        """canvas => [getComputedStyle(canvas).outlineStyle, getComputedStyle(canvas).outlineWidth,
            getComputedStyle(canvas).outlineColor, getComputedStyle(canvas.closest("section")).backgroundColor]"""
    )
    assert (style, width) == ("solid", "1px")

    def luminance(colour):
        parts = numpy.array([int(part) for part in re.findall(r"\d+", colour)][:3]) / 255
        linear = numpy.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    bright, dark = sorted((luminance(edge), luminance(card)), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= 3


def test_the_keyboard_is_enough(open_page):
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to drawing")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Permanent link")).to_be_visible(timeout=60_000)
    page.keyboard.press("Tab")
    expect(page.get_by_label("How many")).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Permanent link")).to_be_visible(timeout=60_000)
    digit = page.get_by_role("button", name="Digit 1,")
    # Style, what to draw (ten digits and five more), advanced, generate, black and white, strangest first; Stop is disabled.
    for _ in range(20):
        page.keyboard.press("Tab")
        if digit.evaluate("each => each === document.activeElement"):
            break
    expect(digit).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Digit 1")).to_be_visible()
    page.keyboard.press("Escape")
    expect(digit).to_be_focused()

    page.get_by_role("button", name="All unknown").click()
    page.locator("#complete-drawing-canvas").focus()
    for key in ["ArrowLeft", "ArrowUp", "Space", "b", "ArrowDown", "ArrowDown", "Space"]:
        page.keyboard.press(key)
    expect(page.locator("#complete-drawing [role=status]")).to_have_text("Column 14, row 16, black")
    page.locator("#restore-start").focus()
    drawn = pixels(page, "#complete-drawing-canvas")[0]
    assert (drawn[13:15, 13:15] == 255).all()
    assert (drawn[15:17, 13:15] == 0).all()
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="Completion 12")).to_be_visible(timeout=60_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_no_fault_and_nothing_overflows(open_page, root, screenshots, scheme, size):
    page = open_page(color_scheme=scheme, viewport=SIZES[size])
    generate(page, images=6)
    page.get_by_role("button", name="New digit").click()
    expect(page.locator("#restore-status")).to_contain_text("A new digit.", timeout=60_000)
    page.get_by_role("button", name="Hide right half").click()
    page.locator("#restore-start").click()
    expect(page.get_by_role("img", name="Completion 12")).to_be_visible(timeout=60_000)
    page.screenshot(path=screenshots / f"{size}-{scheme}.png", full_page=True)
    assert violations(page, root) == []
    page.locator("#score-start").click()
    expect(page.locator("#scores figure")).to_have_count(2, timeout=60_000)
    page.get_by_role("button", name="Morph").click()
    expect(page.locator("#morph-outcome")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator("#game-digits button")).to_have_count(12, timeout=60_000)
    assert violations(page, root) == []
    page.get_by_role("button", name="Digit 1,").click()
    page.screenshot(path=screenshots / f"{size}-{scheme}-enlarged.png")
    assert violations(page, root) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_description_for_programs_is_valid(server):
    description = json.loads(server.get("openapi.json"))
    openapi_spec_validator.validate(description)
    assert set(description["paths"]) >= {"/api/generate", "/api/restore", "/api/score", "/api/models", "/healthz"}


def test_the_description_for_programs_is_rendered_and_can_be_tried(open_page, screenshots):
    page = open_page()
    page.get_by_role("link", name="For programs").click()
    expect(page.get_by_role("heading", name=re.compile("^MNIST-EBM for Java"))).to_be_visible(timeout=60_000)
    page.screenshot(path=screenshots / "documentation.png")
    page.locator(".opblock-summary-control", has_text="List the models").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table .microlight").first).to_contain_text("latentDimension", timeout=60_000)


class Visitor:
    """Does tasks on the page, and notes how long each takes."""

    def __init__(self, page):
        self.page = page
        self.seconds = {}

    def task(self, name, work):
        start = time.perf_counter()
        result = work(self.page)
        self.seconds[name] = round(time.perf_counter() - start, 1)
        return result

    def write(self, file):
        file.write_text(json.dumps(self.seconds, indent=2) + "\n")


def find_the_strangest(page):
    page.get_by_label("Strangest first").check()
    first = min(page.locator("#digits li").all(), key=lambda tile: sum(tile.bounding_box()[side] for side in "xy"))
    first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Close").click()


def send_the_link(page):
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#generate-status")).to_contain_text("The link is copied.")
    return page.evaluate("navigator.clipboard.readText()")


def complete_a_half(page):
    page.get_by_role("button", name="New digit").click()
    expect(page.locator("#restore-status")).to_contain_text("A new digit.", timeout=60_000)
    page.get_by_role("button", name="Hide lower half").click()
    page.get_by_role("button", name="Complete", exact=True).click()
    expect(page.get_by_role("img", name="Completion 12")).to_be_visible(timeout=60_000)


def morph_four_to_nine(page):
    page.locator("#morph-from").select_option("4")
    page.locator("#morph-to").select_option("9")
    page.get_by_role("button", name="Morph").click()
    expect(page.locator("#morph-outcome")).to_be_visible(timeout=60_000)
    page.get_by_label("Along the way").fill("20")


def test_a_visitor_does_four_tasks_by_the_words_on_the_page_alone(open_page, server, screenshots):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    expect(page.get_by_role("link", name="Permanent link")).to_be_visible(timeout=60_000)
    visitor = Visitor(page)
    visitor.task("find the strangest of 36", find_the_strangest)
    link = visitor.task("send a friend the link", send_the_link)
    visitor.task("complete a half", complete_a_half)
    visitor.task("morph 4 to 9", morph_four_to_nine)
    visitor.write(screenshots / "tasks.json")
    friend = open_page(link.removeprefix(server.url))
    expect(friend.get_by_role("link", name="Permanent link")).to_be_visible(timeout=60_000)
    numpy.testing.assert_array_equal(pixels(friend, "#digits canvas"), pixels(page, "#digits canvas"))


def draw_a_bold_slanted_seven(page):
    page.get_by_role("button", name="7", exact=True).click()
    page.get_by_text("Shape").click()
    page.get_by_label("thickness from").fill("45")
    page.get_by_label("slant from").fill("55")
    expect(page.get_by_label("In words")).to_have_value(re.compile(r"7, thickness > [\d.]+, slant > [\d.]+"))
    generate(page, images=9)
    expect(page.locator("#generate-status")).to_contain_text(re.compile(r"9 digits in [\d.]+ s\. .* of this model's images match the request\."))


def test_a_visitor_says_what_to_draw(open_page, screenshots):
    page = open_page()
    expect(page.get_by_role("link", name="Permanent link")).to_be_visible(timeout=60_000)
    visitor = Visitor(page)
    visitor.task("draw a bold slanted 7", draw_a_bold_slanted_seven)
    visitor.write(screenshots / "task-given.json")
    page.screenshot(path=screenshots / "given.png", full_page=True)
    labels = [each.get_attribute("aria-label") for each in page.locator("#digits button").all()]
    assert sum("reads as 7" in label for label in labels) >= 8
    page.get_by_role("button", name="Anything").click()
    expect(page.get_by_label("In words")).to_have_value("")


def test_many_clients_some_of_them_slow_leave_the_server_well(run, tmp_path):
    """Ignores the times that the command measures, since they depend on other work of the machine."""
    result = run("bench", "load", "--seconds", 8, "--json", tmp_path / "load.json")
    figures = json.loads((tmp_path / "load.json").read_text())
    assert (figures["exit code"], figures["unexpected"]) == (0, {}), result.stdout + result.stderr
    assert figures["answers"]["2xx"] > 0
    assert figures["answers"]["5xx"] == 0
    assert figures["answers"]["2xx"] > 0
    assert figures["jobs"]["finished"] > 0
    assert figures["jobs"]["accepted"] == figures["jobs"]["finished"] + figures["jobs"]["cancelled"]


def test_the_waits_of_a_visitor_are_measured(run, tmp_path):
    """Ignores the times, since they depend on other work of the machine."""
    result = run("bench", "page", "--rounds", 1, "--json", tmp_path / "page.json")
    assert result.returncode == 0, result.stderr
    figures = json.loads((tmp_path / "page.json").read_text())
    assert figures["36 digits, plain"]["bytes"]["greatest"] <= 200_000
    assert figures["36 digits"]["bytes"]["greatest"] <= 40_000
    for name in ("score", "1 digit", "36 digits", "36 digits, 1000 steps from noise"):
        assert 0 < figures[name]["seconds to the first frame"]["median"] <= figures[name]["seconds"]["median"]


def test_sigterm_ends_the_server_well(root):
    server = Server(root)
    assert server.stop() == 0


def test_a_port_that_is_taken_is_reported_in_one_line(run, server):
    result = run("serve", "--port", server.url.rsplit(":", 1)[1].strip("/"))
    assert result.returncode == 1
    assert re.fullmatch(r"serve: port \d+ of 127.0.0.1: cannot be bound .*\n", result.stderr)


def test_an_unknown_host_is_reported_in_one_line(run):
    result = run("serve", "--host", "no host", "--port", 0)
    assert result.returncode == 1
    assert result.stderr == (
        "serve: --host no host: expected an address of this machine, or a name of one, found no such name\n"
    )
    assert run("serve", "--host", "").stderr == "serve: --host: expected a name or an address, found nothing. See --help\n"


def test_a_server_that_other_machines_can_reach_says_so(root):
    open_server = Server(root, "--host", "0.0.0.0")
    try:
        assert "open: other machines can reach it, without a password\n" in open_server.said
        assert open_server.jobs()["accepted"] == 0
    finally:
        assert open_server.stop() == 0


def test_the_command_line_restores_and_scores(run, root, tmp_path):
    restored = run("restore", "--digits", "0,1", "--hide", "lower_half", "--completions", 4, "--out", tmp_path / "restored.png")
    assert restored.returncode == 0, restored.stderr
    assert (tmp_path / "restored.png").read_bytes().startswith(b"\x89PNG")
    scored = run("score", "--digits", "0,1")
    assert scored.returncode == 0, scored.stderr
    assert "test digit 0, a 7" in scored.stdout
    nothing = run("restore", "--digits", "0")
    assert nothing.returncode == 2
    assert nothing.stderr == "restore: nothing is hidden. Give --hide, or a picture with transparent pixels. See --help\n"
