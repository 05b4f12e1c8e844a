"""The few words of CEL in which the OpenFeature scenarios write their rules: ``!``, ``&&``, ``==``, ``>``, ``? :``, names and literals.

Read as Python's own syntax tree, of which nothing but these nodes is followed; a name that the context lacks makes the rule not match.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Mapping
from typing import Any

from stadig.city.flags import Code, Context, FlagFault, Pick, Reason

COMPARES = {ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Gt: operator.gt, ast.Lt: operator.lt, ast.GtE: operator.ge, ast.LtE: operator.le}  # fmt: skip
TERNARY = re.compile(r"(?P<test>.+?)\s\?\s(?P<yes>'[^']*')\s:\s(?P<no>'[^']*')")


class Unknown(Exception):
    """The context lacks what the rule asks for."""


def rule(text: str):
    """A rule for a flag: the variant it names with TARGETING_MATCH, None where it names none. Raises FlagFault (PARSE_ERROR)."""
    found = TERNARY.fullmatch(text)
    try:
        written = found and found["test"].replace("&&", " and ").replace("||", " or ")
        tree = ast.parse(re.sub(r"!(?!=)", " not ", written or "").strip(), mode="eval").body
    except SyntaxError as fault:
        raise FlagFault(Code.PARSE_ERROR, "The rule is not an expression.") from fault
    assert found is not None
    yes, no = found["yes"][1:-1], found["no"][1:-1]

    def follow(context: Context) -> Pick | None:
        try:
            variant = yes if value(tree, context) else no
        except Unknown:
            return None
        return Pick(variant, Reason.TARGETING_MATCH) if variant else None

    return follow


def value(node: ast.expr, context: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            found = {"true": True, "false": False, **context}.get(node.id)
            if found is None:
                raise Unknown(node.id)
            return found
        case ast.UnaryOp(op=ast.Not()):
            return not value(node.operand, context)
        case ast.BoolOp(op=ast.And()):
            return all(value(one, context) for one in node.values)
        case ast.BoolOp(op=ast.Or()):
            return any(value(one, context) for one in node.values)
        case ast.Compare(ops=[test]) if type(test) in COMPARES:
            return COMPARES[type(test)](value(node.left, context), value(node.comparators[0], context))
    raise FlagFault(Code.PARSE_ERROR, "The rule uses a word that is not known here.")
