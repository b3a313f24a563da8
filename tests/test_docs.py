"""What is in the code is in the documentation, what is in the documentation is in the code, and its examples run."""

import ast
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from paddock.core.errors import Code
from paddock.surfaces.cli.main import main
from paddock.surfaces.settings import SETTINGS

from .project import DOCS, PACKAGE, ROOT, name_of, sources, tree
from .write_docs import PARTS, with_part

PAGES = sorted(DOCS.rglob("*.md"))
LINKED = [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]


def text_of(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(("page", "part"), PARTS)
def test_what_is_made_from_the_code_is_current(page, part):
    assert text_of(page) == with_part(text_of(page), part, PARTS[page, part]()), "run: python -m tests.write_docs"


def test_each_option_and_argument_says_what_it_is_for():
    rows = re.findall(r"^\* `([^`]+)`(.*)$", text_of("cli.md"), re.MULTILINE)
    assert len(rows) > 30
    assert [name for name, words in rows if not re.match(r": +[^ *]", words)] == []


def documented(section: str) -> list[str]:
    """Codes in the tables under a title of errors.md."""
    _, _, text = text_of("errors.md").partition(f"\n## {section}\n")
    return re.findall(r"^\| `([a-z_.]+)` \|", text.partition("\n## ")[0], re.MULTILINE)


def test_each_error_code_is_documented_once_and_no_other():
    assert sorted(documented("Codes")) == sorted(Code)


def problem_codes() -> set[str]:
    """Codes that the rules of strategies give: the first argument of whatever makes a problem."""
    found: set[str] = set()
    for path in sources(PACKAGE / "strategy"):
        module = tree(path)
        named = {
            node.targets[0].id: node.value
            for node in module.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for call in (node for node in ast.walk(module) if isinstance(node, ast.Call) and node.args):
            if getattr(call.func, "attr", getattr(call.func, "id", "")) in {"Problem", "problem", "warning", "add"}:
                first = named.get(call.args[0].id) if isinstance(call.args[0], ast.Name) else call.args[0]
                constants = (node.value for node in ast.walk(first) if isinstance(node, ast.Constant)) if first else ()
                found |= {value for value in constants if isinstance(value, str) and value}
    return found


def test_each_problem_of_a_strategy_is_documented_once_and_no_other():
    assert sorted(documented("Problems of a strategy")) == sorted(problem_codes())


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


def examples(path: Path) -> list[tuple[list[str], int]]:
    """Commands of the page's `sh` blocks, and the exit code that a trailing `# exits 4` announces.

    What is only to be looked at, since it needs files that nobody has here, stands in a `console` block.
    """
    blocks = re.findall(r"^```sh\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    commands = [line for line in lines if line.startswith("paddock ")]
    announced = [re.search(r"# exits (\d+)", line) for line in commands]
    return [
        (shlex.split(line, comments=True)[1:], int(code[1]) if code else 0)
        for line, code in zip(commands, announced, strict=True)
    ]


@pytest.mark.parametrize("path", [path for path in LINKED if examples(path)], ids=name_of)
def test_the_examples_run(path, demo_home, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PADDOCK_HOME", str(demo_home))
    for arguments, expected in examples(path):
        assert main(arguments) == expected, f"paddock {shlex.join(arguments)}\n{capsys.readouterr().err}"
