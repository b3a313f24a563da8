"""What a browser has to load of the built app: its size, and that nothing comes from elsewhere or runs inline."""

import gzip
import json
import re

import pytest

from ..project import PACKAGE

STATIC = PACKAGE / "surfaces" / "http" / "static"
FIRST_LOAD = 200_000  # gzipped bytes of script and style before the first page is there

pytestmark = pytest.mark.skipif(not (STATIC / "index.html").exists(), reason="the web app is not built: make web")


def manifest() -> dict:
    return json.loads((STATIC / ".vite" / "manifest.json").read_text(encoding="utf-8"))


def needed(chunks: dict, name: str, found: set[str]) -> set[str]:
    """The files of a chunk and of all that it imports at once."""
    chunk = chunks[name]
    if chunk["file"] not in found:
        found |= {chunk["file"], *chunk.get("css", [])}
        for other in chunk.get("imports", []):
            needed(chunks, other, found)
    return found


def packed(files: set[str]) -> int:
    return sum(len(gzip.compress((STATIC / name).read_bytes())) for name in files)


def test_the_first_load_is_small_whichever_page_it_is():
    chunks = manifest()
    shell = needed(chunks, "index.html", set())
    pages = [name for name in chunks if re.fullmatch(r"src/pages/\w+/\w+Page\.tsx", name)]
    assert len(pages) >= 8
    sizes = {name: packed(needed(chunks, name, set(shell))) for name in pages}
    assert {name: size for name, size in sizes.items() if size > FIRST_LOAD} == {}


def test_the_page_runs_nothing_inline_and_names_no_other_host():
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bon\w+=|\bstyle=", page) == []
    assert re.findall(r"(?:src|href)=\"(?!/)[^\"]*\"", page) == []
    styles = "".join(path.read_text(encoding="utf-8") for path in (STATIC / "assets").glob("*.css"))
    assert re.findall(r"url\((?!/assets/)[^)]*\)|@import", styles) == []
