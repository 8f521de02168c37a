"""From a query's text to its tree. docs/search.md tells the language by examples."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, v_args
from lark.exceptions import UnexpectedToken

from dashboard.search import syntax
from dashboard.search.errors import Misread
from dashboard.search.fields import BARE, QUOTED_STRING, read_field, unquote
from dashboard.search.syntax import Comparison, Node, Value, Word

LONGEST = 4000  # characters of a query
MOST_CONDITIONS = 100
AFTER = r"""(?=[\s()（），=!<>~,"']|$)"""  # a keyword is a whole word

GRAMMAR = rf"""
start: either?
?either: both (_OR both)*  -> either
?both: term (_AND? term)*  -> both
?term: _NOT term           -> negated
     | _LPAR either _RPAR
     | comparison
     | word

comparison: name OPERATOR value                               -> compared
          | name (IN | NOT_IN) _LPAR value (_COMMA value)* _RPAR  -> listed
          | name IS (NULL | NAN)                              -> missing
          | name IS_NOT NULL                                  -> present
name: WORD | QUOTED_FIELD
value: WORD | STRING
word: WORD | STRING

QUOTED_FIELD.4: /{BARE}\.{QUOTED_STRING}(?:\.\w+)?/s
NOT_IN.3: /not\s+in{AFTER}/i
IS_NOT.3: /is\s+not{AFTER}/i
_AND.2: /and{AFTER}/i
_OR.2: /or{AFTER}/i
_NOT.2: /not{AFTER}/i
IN.2: /in{AFTER}/i
IS.2: /is{AFTER}/i
NULL.2: /null{AFTER}/i
NAN.2: /nan{AFTER}/i
OPERATOR: "==" | "!=" | "<=" | ">=" | "=" | "<" | ">" | "~"
STRING: /{QUOTED_STRING}|'(?:[^'\\]|\\.)*'/s
WORD: /(?!(?:and|or|not){AFTER}){BARE}/i
_LPAR: "(" | "（"
_RPAR: ")" | "）"
_COMMA: "," | "，"
%ignore /\s+/
"""
VALUES = {"WORD", "STRING"}


@v_args(inline=True)
class _Tree(Transformer[Token, Node]):
    """Builds the tree while the text is read, so that no nesting is too deep for Python's stack."""

    either = staticmethod(syntax.any_of)
    both = staticmethod(syntax.all_of)
    negated = staticmethod(syntax.negated)

    def start(self, node: Node | None = None) -> Node | None:
        return node

    def name(self, token: Token) -> Token:
        return token

    def value(self, token: Token) -> Value:
        quoted = token.type == "STRING"
        return Value(unquote(token) if quoted else str(token), quoted, _span(token))

    def word(self, token: Token) -> Word:
        text = unquote(token) if token.type == "STRING" else str(token)
        return Word(text, _span(token))

    def compared(self, name: Token, operator: Token, value: Value) -> Comparison:
        return _comparison(name, "=" if operator == "==" else str(operator), value)

    def listed(self, name: Token, operator: Token, *values: Value) -> Comparison:
        return _comparison(name, "in" if operator.type == "IN" else "not in", *values)

    def missing(self, name: Token, _is: Token, what: Token) -> Comparison:
        return _comparison(name, str(what).lower())

    def present(self, name: Token, _is_not: Token, _null: Token) -> Comparison:
        return _comparison(name, "not null")


PARSER = Lark(GRAMMAR, parser="lalr", lexer="contextual", transformer=_Tree())


def parse(text: str) -> Node | None:
    """The tree of a query; None for an empty one. Misread: it cannot be read."""
    if len(text) > LONGEST:
        told = _("A query may have %(most)s characters; this one has %(count)s.")
        raise Misread(told % {"most": LONGEST, "count": len(text)}, (LONGEST, len(text)))
    try:
        tree: Any = PARSER.parse(text)
    except UnexpectedInput as error:
        raise _misread(error, text) from None
    if tree is not None and sum(1 for _leaf in syntax.leaves(tree)) > MOST_CONDITIONS:
        told = ngettext(
            "A query may have %(most)s condition.",
            "A query may have %(most)s conditions.",
            MOST_CONDITIONS,
        )
        raise Misread(told % {"most": MOST_CONDITIONS}, (0, len(text)))
    return tree  # type: ignore[no-any-return]


def _comparison(name: Token, operator: str, *values: Value) -> Comparison:
    return Comparison(read_field(str(name)), operator, values, _span(name), str(name))


def _span(token: Token) -> tuple[int, int]:
    return token.start_pos or 0, token.end_pos or 0


def _misread(error: UnexpectedInput, text: str) -> Misread:
    if isinstance(error, UnexpectedToken):
        return _unexpected(error, text)
    start = error.pos_in_stream or 0
    if isinstance(error, UnexpectedCharacters) and text[start] in "\"'":
        return Misread(_("This quote is not closed."), (start, len(text)))
    found = re.match(BARE, text[start:])
    what = found.group() if found else text[start]
    told = _("“%(what)s” cannot stand here; as a text it needs quotes.") % {"what": what}
    return Misread(told, (start, start + len(what)))


def _unexpected(error: UnexpectedToken, text: str) -> Misread:
    token, awaited = error.token, set(error.accepts or error.expected)
    if token.type != "$END":
        return Misread(_misplaced(awaited, str(token)), _span(token))
    end = len(text.rstrip())
    return Misread(_unfinished(awaited), (end, end + 1))


def _misplaced(awaited: set[str], token: str) -> str:
    if awaited == VALUES and not token.isalpha():
        return _("A value must stand here.")
    if awaited == {"_LPAR"}:
        return _("A list in parentheses must stand here, like in (1, 2).")
    if awaited == {"NULL"} or awaited == {"NULL", "NAN"}:
        return _("After “is” comes null, not null or nan.")
    if token in ")）":
        return _("This parenthesis closes nothing.")
    return _("“%(what)s” cannot stand here; as a text it needs quotes.") % {"what": token}


def _unfinished(awaited: set[str]) -> str:
    if awaited == VALUES:
        return _("The value is missing here.")
    if awaited == {"_LPAR"}:
        return _("A list in parentheses must stand here, like in (1, 2).")
    if awaited <= {"NULL", "NAN"}:
        return _("After “is” comes null, not null or nan.")
    if "_RPAR" in awaited:
        return _("A closing parenthesis is missing here.")
    return _("The query ends too early: something must follow.")
