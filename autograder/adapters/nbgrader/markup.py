"""Text of students' that others will see in their browsers: nothing of it may become active.

nbgrader's pages put a markdown cell's text through nbconvert's renderer, which lets
HTML pass. Whether a text is harmless is therefore asked of what the renderer makes
of it, by a list of what is allowed: what is on it stays as it was written, formulas,
tables and pictures too. Any other text is shown as it was typed, in a block of code.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import Final

from autograder.adapters.nbgrader.alone import module_alone

# A renderer may recurse at each of these, or go back over all that came before.
_NESTED: Final = re.compile(r"(?:[>*_\[\](){}~`+-][ \t]*){100}")
_LONGEST: Final = 100_000
_SUSPICIOUS: Final = re.compile(
    r"<[A-Za-z/!?]|&|script|data:|attachment:|\\(?:href|require|unicode|style|class|cssId|html|url)|\]\s*[(:\[]"
    rf"|{_NESTED.pattern}|\A[^\0]{{{_LONGEST}}}",
    re.IGNORECASE,
)
_TAG: Final = re.compile(
    r"</?([A-Za-z][A-Za-z0-9]*)((?:\s+[A-Za-z][A-Za-z-]*(?:=(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>=`]+))?)*)\s*/?>"
)
_ATTRIBUTE: Final = re.compile(r"([A-Za-z][A-Za-z-]*)(?:=(?:\"([^\"]*)\"|'([^']*)'|(\S+)))?")
_TAGS: Final = frozenset(
    "a abbr b blockquote br caption center cite code dd del details div dl dt em font h1 h2 h3 h4 h5 h6 hr i img input"
    " ins kbd li mark ol p pre q s samp small span strike strong sub summary sup table tbody td tfoot th thead tr u ul"
    " var".split()
)
_ATTRIBUTES: Final = frozenset(
    "align alt checked color colspan disabled height href lang open rel rowspan size src start style title type"
    " valign width".split()
)
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_UNDERLINED: Final = re.compile(r"^[ \t>]*[=-]+[ \t]*$", re.MULTILINE)
_NO_LETTER: Final = re.compile(r"[\W_]+")
# Those of the renderer, and our own; a page's scripts find their fields by class too.
_CLASS: Final = re.compile(
    r"highlight(?: hl-[\w-]+)?|language-\S+|anchor-link|task-list-item(?:-checkbox)?|math|[a-z][a-z0-9]{0,2}"
    r"|tex2jax_ignore mathjax_ignore"
)
_STYLE: Final = re.compile(
    r"(?:\s*(?:text-align|vertical-align|color|list-style|width|height|padding-left|margin-bottom)\s*:\s*[#\w.%-]+\s*;?)*"
)
# A file that was handed in beside the notebook is served from the instructor's own address.
_FILE: Final = re.compile(r"[^:?#\\&]*\.(?:py|ipynb|txt|md|csv|png|jpe?g|gif|webp|pdf)(?:#[\w-]*)?", re.IGNORECASE)
_LINK: Final = re.compile(r"(?:https?://|mailto:|#)[^\s]*", re.IGNORECASE)
_PICTURE: Final = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*")
# What a formula can do beyond writing, since MathJax makes links of `\href`; and what one renderer
# may let pass that another stops.
_NEVER: Final = re.compile(
    r"\\(?:href|require|html\w*|url|cssId|style|class|bbox)\b|(?:java|vb)script\s*:", re.IGNORECASE
)


def harmless(source: str, taken: frozenset[str] = frozenset(), attached: frozenset[str] = frozenset()) -> str:
    """Return a markdown text that can do nothing in a page but be read.

    Parameters
    ----------
    source : str
        As a student wrote it.
    taken : frozenset of str
        Names of the page's own fields, which no heading may take.
    attached : frozenset of str
        Names of the pictures in the cell: one that is missing would cost the page.

    Returns
    -------
    str
        The same text where it is harmless; else its source in a block of code.
    """
    doubtful = _SUSPICIOUS.search(source) or _may_take(source, taken)
    return _judged(source, taken, attached) if doubtful else source


def _may_take(source: str, taken: frozenset[str]) -> bool:
    """Say whether a heading may come to have the name of a field: its name is its text without what is markup."""
    names = {_NO_LETTER.sub("", name) for name in taken}
    if any(_NO_LETTER.sub("", line) in names for line in source.split("\n")):
        return True
    return bool(_UNDERLINED.search(source)) and any(name in source for name in taken)


def as_code(source: str) -> str:
    """Return markdown that shows a text as it was typed."""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", source)), 3)
    return f"{fence}text\n{source}\n{fence}"


def is_inert(page: str, taken: frozenset[str] = frozenset()) -> bool:
    """Say whether HTML holds nothing but what is known to be harmless.

    Parameters
    ----------
    page : str
        Rendered HTML. It is not parsed as leniently as browsers do: whatever does not
        look like a plain tag is refused.
    taken : frozenset of str
        As for `harmless`.
    """
    if "<" in _TAG.sub("", page):
        return False
    return all(
        tag.lower() in _TAGS
        and all(_is_allowed(tag.lower(), taken, *found) for found in _ATTRIBUTE.findall(attributes))
        for tag, attributes in _TAG.findall(page)
    )


# Most text cells are those that everybody was given.
@lru_cache(maxsize=1000)
def _judged(source: str, taken: frozenset[str], attached: frozenset[str]) -> str:
    unbearable = len(source) > _LONGEST or _NESTED.search(source) or _NEVER.search(html.unescape(source))
    return as_code(source) if unbearable or not is_inert(_rendered(source, attached), taken) else source


def _rendered(source: str, attached: frozenset[str]) -> str:
    """Return what nbgrader's pages make of a text; what they fail on is no HTML."""
    renderers = module_alone("nbconvert.filters.markdown_mistune")
    pictures = {name: {"image/png": "AAAA"} for name in attached}
    renderer = renderers.IPythonRenderer(escape=False, attachments=pictures)
    try:
        page: str = renderers.MarkdownWithMath(renderer=renderer).render(source)
    except Exception:  # noqa: BLE001 (whatever it is, the page would fail of it too)
        return "<"
    return page


def _is_allowed(tag: str, taken: frozenset[str], name: str, *values: str) -> bool:
    name, value = name.lower(), html.unescape("".join(values)).strip()
    if name == "class":
        return bool(_CLASS.fullmatch(value))
    if name == "id":
        return tag in _HEADINGS and value not in taken
    if name == "style":
        return bool(_STYLE.fullmatch(value))
    if name == "href":
        return bool(_LINK.fullmatch(value) or _FILE.fullmatch(value))
    if name == "src":
        local = value.removeprefix("attachment:")
        return bool(_LINK.fullmatch(value) or _FILE.fullmatch(local) or _PICTURE.fullmatch(value))
    if name == "type":
        return value == "checkbox"
    return name in _ATTRIBUTES
