"""A headless Chromium, and axe in every page (https://github.com/dequelabs/axe-core)."""

import importlib.util
import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

AXE = Path(importlib.util.find_spec("axe_playwright_python").origin).with_name("axe.min.js")
PICTURES = Path(os.environ.get("PICTURES", ".build/screenshots/pages"))
SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}
# What the browser shows while something moves is nobody's colour.
STILL = "*, ::before, ::after { animation: none !important; transition: none !important; }"


@pytest.fixture(scope="session")
def chromium():
    program = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


def audit(page):
    """What axe, the width at 320 px and the sizes of what one taps have to say against the page."""
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.evaluate(AXE.read_text())
    result = page.evaluate(
        "axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } })")
    faults = [
        f"{each['id']} ({each['impact']}): {node['html'][:160]}" for each in result["violations"] for node in each["nodes"]]
    size = page.viewport_size
    for width in (size["width"], 320):
        page.set_viewport_size({"width": width, "height": size["height"]})
        if page.evaluate("document.documentElement.scrollWidth") <= width:
            continue
        wide = page.evaluate("""(width) => [...document.querySelectorAll('body *')].filter((element) =>
            element.getBoundingClientRect().right > width + 1 && !element.closest('.table-scroll, .hero, svg'))
            .slice(0, 3).map((element) => element.outerHTML.slice(0, 120))""", width)
        faults += [f"wider than {width} px: {element}" for element in wide or ["the page"]]
    page.set_viewport_size(size)
    return faults


def picture(page, name):
    path = PICTURES / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.add_style_tag(content=STILL)
    page.screenshot(path=path, full_page=True)
