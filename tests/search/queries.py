"""Any query, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from dashboard.search import syntax
from dashboard.search.fields import ATTRIBUTES, BARE, PARTS, Field
from dashboard.search.syntax import KEYWORDS, Comparison, Value, Word

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = TEXTS.filter(bool)
BARE_TEXTS = st.from_regex(BARE, fullmatch=True).filter(lambda text: text.lower() not in KEYWORDS)
FIELDS = st.one_of(
    st.sampled_from(sorted(ATTRIBUTES)).map(lambda name: Field("", name)),
    st.builds(Field, st.just("params"), NAMES),
    st.builds(Field, st.just("verdict"), NAMES),
    st.builds(Field, st.just("metrics"), NAMES, st.sampled_from(PARTS)),
)
VALUES = st.one_of(
    st.builds(Value, BARE_TEXTS),
    st.builds(Value, TEXTS, st.just(True)),
)
COMPARISONS = st.one_of(
    st.builds(
        lambda field, operator, value: Comparison(field, operator, (value,)),
        FIELDS,
        st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "~"]),
        VALUES,
    ),
    st.builds(
        lambda field, operator, values: Comparison(field, operator, tuple(values)),
        FIELDS,
        st.sampled_from(["in", "not in"]),
        st.lists(VALUES, min_size=1, max_size=3),
    ),
    st.builds(Comparison, FIELDS, st.sampled_from(["null", "not null", "nan"])),
)


def trees(leaves: st.SearchStrategy[syntax.Leaf]) -> st.SearchStrategy[syntax.Node]:
    def grown(parts: st.SearchStrategy[syntax.Node]) -> st.SearchStrategy[syntax.Node]:
        several = st.lists(parts, min_size=2, max_size=3)
        return st.one_of(
            parts.map(syntax.negated),
            several.map(lambda nodes: syntax.all_of(*nodes)),
            several.map(lambda nodes: syntax.any_of(*nodes)),
        )

    return st.recursive(leaves, grown, max_leaves=8)


WORDS = st.builds(Word, st.one_of(BARE_TEXTS, TEXTS))
ANY = trees(st.one_of(COMPARISONS, WORDS))
