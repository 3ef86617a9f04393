"""Every page in every state that its template tells apart, as files (PageFilesTests writes them)."""

import os
from pathlib import Path

import pytest
from conftest import SIZES, audit, picture

FOLDER = Path(os.environ["PAGES_FOLDER"])
IS_QUICK = os.environ.get("PAGES_QUICK") == "1"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}


def _combinations():
    names = sorted({each.name.split(".")[0] for each in FOLDER.glob("*.html")})
    assert names, "there are no pages"
    all_of = [(size, scheme, language) for size in SIZES for scheme in ("light", "dark") for language in ("en", "pt")]
    for number, name in enumerate(names):
        # In a short run the pages take turns; together they see all ways.
        chosen = [all_of[number % 8]] if IS_QUICK else all_of
        for way in chosen:
            yield pytest.param(name, *way, id="-".join((name, *way)))


def _answer(route):
    name = route.request.url.split("/")[-1].split("?")[0]
    path = FOLDER / name
    if name.endswith(".html") or path.suffix in TYPES:
        return route.fulfill(body=path.read_bytes(), content_type=TYPES.get(path.suffix, "text/html"))
    return route.abort()


@pytest.mark.parametrize("name, size, scheme, language", list(_combinations()))
def test_page(chromium, name, size, scheme, language):
    context = chromium.new_context(viewport=SIZES[size], color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()
    page.route("**/*", _answer)
    page.goto(f"http://pages.example/{name}.{language}.html")
    picture(page, f"{name}-{size}-{scheme}-{language}")
    faults = audit(page)
    context.close()
    assert faults == []
