"""Three-valued truth, evaluated the slow and obvious way."""

from paddock.strategy.expr import FALSE, TRUE, UNKNOWN, All, Literal, Not, Test


def evaluate(expr, truth):
    """`truth` gives FALSE, UNKNOWN or TRUE for a Test."""
    if isinstance(expr, Test):
        return truth(expr)
    if isinstance(expr, Literal):
        return TRUE if expr.value else FALSE
    if isinstance(expr, Not):
        return TRUE - evaluate(expr.part, truth)
    values = [evaluate(part, truth) for part in expr.parts]
    return conjunction(values) if isinstance(expr, All) else disjunction(values)


def conjunction(values):
    if FALSE in values:
        return FALSE
    return UNKNOWN if UNKNOWN in values else TRUE


def disjunction(values):
    if TRUE in values:
        return TRUE
    return UNKNOWN if UNKNOWN in values else FALSE


def negation(value):
    return {FALSE: TRUE, UNKNOWN: UNKNOWN, TRUE: FALSE}[value]


def node_passes(document, own):
    """What passes in a raw graph document, read off the definition of each kind of node.

    `own` gives the truth of each condition node's own test. Actions and the trigger count as true tests.
    """
    kinds = {item["id"]: item["type"] for item in document["nodes"]}
    sources = {name: [e["source"] for e in document["edges"] if e["target"] == name] for name in kinds}

    def reached(name):
        if kinds[name] == "trigger":
            return TRUE
        if kinds[name] in ("and", "or", "not"):
            return disjunction([reached(source) for source in sources[name]])
        return disjunction([passes(source) for source in sources[name]])

    def passes(name):
        if kinds[name] == "trigger":
            return TRUE
        if kinds[name] == "and":
            return conjunction([passes(source) for source in sources[name]])
        if kinds[name] == "or":
            return disjunction([passes(source) for source in sources[name]])
        if kinds[name] == "not":
            parts = [conjunction([reached(source), negation(passes(source))]) for source in sources[name]]
            return disjunction(parts)
        return conjunction([own.get(name, TRUE), reached(name)])

    return {name: passes(name) for name in kinds}
