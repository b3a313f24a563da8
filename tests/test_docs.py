"""What is in the code is in the documentation, what is in the documentation is in the code, and its examples run."""

import re
import tomllib
from pathlib import Path

import pytest

from paddock.core.errors import Code
from paddock.surfaces.settings import SETTINGS

from .project import DOCS, PACKAGE, ROOT, name_of, sources
from .write_docs import PARTS, with_part

PAGES = sorted(DOCS.rglob("*.md"))
LINKED = [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]


def text_of(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(("page", "part"), PARTS)
def test_what_is_made_from_the_code_is_current(page, part):
    assert text_of(page) == with_part(text_of(page), part, PARTS[page, part]()), "run: python -m tests.write_docs"


def test_each_error_code_is_documented_once_and_no_other():
    documented = re.findall(r"^\| `([a-z_.]+)` \| [A-Z]", text_of("errors.md"), re.MULTILINE)
    assert sorted(documented) == sorted(Code)


def test_each_error_code_is_raised_somewhere():
    raised = "".join(path.read_text(encoding="utf-8") for path in sources(PACKAGE) if path.name != "errors.py")
    assert [code.name for code in Code if not re.search(rf"\bCode\.{code.name}\b", raised)] == []


def test_each_setting_is_documented_with_its_default_and_no_other():
    rows = re.findall(r"^\| `(PADDOCK_\w+)` \| `(.*?)` \|", text_of("settings.md"), re.MULTILINE)
    assert rows == [(setting.name, setting.default) for setting in SETTINGS]


def leaves(nav: list) -> list[str]:
    values = [value for entry in nav for value in entry.values()]
    return [leaf for value in values for leaf in (leaves(value) if isinstance(value, list) else [value])]


def test_each_page_is_in_the_navigation_and_nothing_else():
    site = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    assert sorted(leaves(site["project"]["nav"])) == [path.relative_to(DOCS).as_posix() for path in PAGES]


def prose(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    slugs = (re.sub(r"[^\w\s-]", "", title).strip().lower() for title in titles)
    return {re.sub(r"[-\s]+", "-", slug) for slug in slugs}


def links(path: Path) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", prose(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", LINKED, ids=name_of)
def test_each_internal_link_leads_somewhere(path):
    broken = []
    for link in links(path):
        file, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        target = (path.parent / file).resolve() if file else path
        if not target.is_file() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            broken.append(link)
    assert broken == []
