"""Graphs made to hurt: refused, with all that can be said, after a bounded amount of work.

Time is measured in calls, not seconds, so that a busy machine cannot fail the test.
"""

import json
import random
import sys

import pytest

from paddock.core.errors import Invalid
from paddock.strategy import limits
from paddock.strategy.validate import validate

from .documents import BUY, START, document, node, path

MOST_CALLS = 400_000  # about a tenth of a second


def calls_of(work):
    count = 0

    def seen(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def refused(raw):
    try:
        report = validate(raw)
    except Invalid as error:
        return {str(error.code)}
    assert report.document is None
    return {problem.code for problem in report.errors}


def chain(length):
    nodes = [node(f"n{number}", "rsi_below") for number in range(length)]
    return document([START, *nodes], path("start", *(item["id"] for item in nodes)))


def fan(width):
    nodes = [node(f"n{number}", "rsi_below") for number in range(width)]
    return document([START, *nodes], [{"source": "start", "target": item["id"]} for item in nodes])


def dense(nodes, edges):
    """As many edges as are allowed, over conditions that differ."""
    chance = random.Random(7)
    items = [node(f"n{number:03}", "sma_above", period=2 + number) for number in range(nodes)]
    found = set()
    while len(found) < edges:
        a, b = sorted(chance.sample(range(nodes), 2))
        found.add((items[a]["id"], items[b]["id"]))
    links = [{"source": a, "target": b} for a, b in found]
    entry = path("start", items[0]["id"]) + path(items[-1]["id"], "buy")
    return document([START, *items, BUY], links, entry)


def test_limits():
    assert refused(chain(10_000)) & {"limit.nodes", "strategy.json"}
    assert refused(json.dumps(fan(100_000))) == {"strategy.json"}
    assert "limit.nodes" in refused(fan(limits.MAX_NODES + 1))
    assert "limit.depth" in refused(chain(limits.MAX_DEPTH + 5))
    many = [{"source": "start", "target": "buy"}] * (limits.MAX_EDGES + 1)
    assert "limit.edges" in refused(document([START, BUY], many))


def test_a_graph_at_the_limits_of_size_is_fine():
    wide = [node(f"n{number}", "rsi_below", period=2 + number) for number in range(limits.MAX_NODES - 2)]
    raw = document([START, *wide, BUY], *(path("start", item["id"], "buy") for item in wide))
    assert validate(raw).document is not None


def doubling(levels):
    """Two chains that cross over at every level, with other tests on each way: nothing in them can be shared."""
    nodes, edges = [node("x0", "sma_above", period=2), node("y0", "ema_above", period=2)], path("start", "x0")
    edges += path("start", "y0")
    for level in range(1, levels):
        for number, way in enumerate(("xx", "yx", "xy", "yy")):
            block = "sma_above" if number % 2 else "ema_above"
            nodes.append(node(f"{way}{level}", block, period=2 + 4 * level + number))
            edges += path(f"{way[0]}{level - 1}", f"{way}{level}", f"{way[1]}{level}")
        nodes += [node(f"x{level}", "or"), node(f"y{level}", "or")]
    return document([START, *nodes, BUY], edges, path(f"x{levels - 1}", "buy"), path(f"y{levels - 1}", "buy"))


def test_guards_that_would_explode_are_refused():
    assert validate(doubling(8)).document is not None
    assert refused(doubling(40)) == {"limit.cost"}


def deep_children():
    return document(
        [START, *(node(f"n{i}", "or", children=[f"n{j}" for j in range(max(0, i - 32), i)]) for i in range(290))]
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: chain(10_000),
        lambda: fan(100_000),
        lambda: fan(limits.MAX_NODES - 2),
        lambda: chain(limits.MAX_NODES - 2),
        lambda: dense(limits.MAX_NODES - 3, limits.MAX_EDGES - 5),
        lambda: dense(limits.MAX_DEPTH - 5, limits.MAX_EDGES - 5),
        deep_children,
        lambda: doubling(48),
        lambda: '{"nodes": ' + "[" * 50_000 + "]" * 50_000 + "}",
        lambda: "[" + "1," * 100_000 + "1]",
        lambda: '"' + "\\\\" * 100_000 + '"',
    ],
)
def test_the_work_is_bounded(make):
    raw = make()
    assert calls_of(lambda: refused(raw)) < MOST_CALLS
