"""The part of JSON Schema that the published schema uses, checked the obvious way."""

import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def is_type(value, name):
    if name in ("number", "integer"):
        whole = not isinstance(value, float) or value.is_integer()
        return isinstance(value, int | float) and not isinstance(value, bool) and (name == "number" or whole)
    return isinstance(value, TYPES[name])


def accepts(schema, value, root=None):
    root = schema if root is None else root
    unknown = set(schema) - set(KEYWORDS) - {"$schema", "$defs", "title", "description", "default"}
    assert not unknown, f"the checker does not know {unknown}"
    return all(KEYWORDS[key](schema, value, root) for key in schema if key in KEYWORDS)


def _ref(schema, value, root):
    target = root
    for part in schema["$ref"].removeprefix("#/").split("/"):
        target = target[part]
    return accepts(target, value, root)


def _type(schema, value, _root):
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return any(is_type(value, name) for name in names)


def _properties(schema, value, root):
    inner = schema["properties"]
    return not isinstance(value, dict) or all(accepts(inner[key], value[key], root) for key in inner if key in value)


def _number(compare):
    return lambda schema, value, key: (
        isinstance(value, bool) or not isinstance(value, int | float) or compare(value, schema[key])
    )


def _sized(kind, compare):
    return lambda schema, value, key: not isinstance(value, kind) or compare(len(value), schema[key])


KEYWORDS = {
    "$ref": _ref,
    "type": _type,
    "properties": _properties,
    "const": lambda schema, value, _root: value == schema["const"],
    "enum": lambda schema, value, _root: value in schema["enum"],
    "required": lambda schema, value, _root: (
        not isinstance(value, dict) or all(key in value for key in schema["required"])
    ),
    "additionalProperties": lambda schema, value, _root: (
        not isinstance(value, dict) or set(value) <= set(schema.get("properties", {}))
    ),
    "items": lambda schema, value, root: (
        not isinstance(value, list) or all(accepts(schema["items"], item, root) for item in value)
    ),
    "oneOf": lambda schema, value, root: sum(accepts(part, value, root) for part in schema["oneOf"]) == 1,
    "pattern": lambda schema, value, _root: not isinstance(value, str) or bool(re.search(schema["pattern"], value)),
    "minimum": lambda schema, value, _root: _number(lambda a, b: a >= b)(schema, value, "minimum"),
    "exclusiveMinimum": lambda schema, value, _root: _number(lambda a, b: a > b)(schema, value, "exclusiveMinimum"),
    "maximum": lambda schema, value, _root: _number(lambda a, b: a <= b)(schema, value, "maximum"),
    "minLength": lambda schema, value, _root: _sized(str, lambda a, b: a >= b)(schema, value, "minLength"),
    "maxLength": lambda schema, value, _root: _sized(str, lambda a, b: a <= b)(schema, value, "maxLength"),
    "minItems": lambda schema, value, _root: _sized(list, lambda a, b: a >= b)(schema, value, "minItems"),
    "maxItems": lambda schema, value, _root: _sized(list, lambda a, b: a <= b)(schema, value, "maxItems"),
}
