"""ruamel's syntax errors in our own words, which never hold a piece of the file: it may be a secret."""

from __future__ import annotations

from ruamel.yaml.error import MarkedYAMLError

from reconciler.model import Problem, Source

_QUOTES = "put text that holds special characters in double quotes"
_INDENT = "indent with blanks, and all keys of one mapping alike"

_SENTENCES = (
    ("found character '\\t'", "a tab where only blanks may stand", _INDENT),
    ("that cannot start any token", "a character that no value may begin with", _QUOTES),
    ("could not find expected ':'", "a key without its colon", 'write "key: value", with a blank behind the colon'),
    ("sequence entries are not allowed", "an item of a list where none may stand", _INDENT),
    ("mapping values are not allowed", "a colon where no key may stand", f"{_QUOTES}, or check the indentation"),
    ("expected <block end>", "something that does not fit the indentation, or comes behind a value", _INDENT),
    ("expected ',' or ']'", "a [ that is not closed, or items without a comma between", "close it with ]"),
    ("expected ',' or '}'", "a { that is not closed, or keys without a comma between", "close it with }"),
    ("expected the node content", "something else where a value is expected", "write a value, or close what is open"),
    ("found unexpected end of stream", "a quote that is not closed", "close the quote"),
    ("found unexpected document separator", "a quote that is not closed before ---", "close the quote"),
    ("escape", "an escape that YAML does not know", "write \\\\ for a backslash, or use single quotes"),
    ("indentation indicator", "a wrong indicator behind | or >", "write | or > alone"),
    ("more indented follow up line", "a blank line with more blanks than the block below it", "empty that line"),
    ("expected a comment or a line break", "text behind | or >", "begin the text on the next line"),
    ("'<document start>'", "something behind the end of the document", "separate documents with a line ---"),
    ("after document end marker", "something behind ...", "separate documents with a line ---"),
    ("expected alphabetic or numeric", "a wrong name behind & or *", _QUOTES),
    ("tag handle", "a tag, and none is allowed", "text that begins with ! needs double quotes"),
    ("expected '!'", "a tag, and none is allowed", "text that begins with ! needs double quotes"),
    ("expected '>'", "a tag, and none is allowed", "text that begins with ! needs double quotes"),
    ("expected URI", "a tag, and none is allowed", "text that begins with ! needs double quotes"),
    ("expected ' '", "a tag, and none is allowed", "text that begins with ! needs double quotes"),
)


def make_syntax_problem(error: Exception, file: str) -> Problem:
    """Where and why a text is not YAML; the place is the file's begin where the parser does not say."""
    problem, mark = "", None
    if isinstance(error, MarkedYAMLError):
        problem, mark = error.problem or error.context or "", error.problem_mark or error.context_mark
        if "quoted scalar" in (error.context or "") and "found unexpected" in problem:
            # The end of the file says nothing: what people look for is where the quote opens.
            mark = error.context_mark or mark
    source = Source(file, 1, 1) if mark is None else Source(file, mark.line + 1, mark.column + 1)
    for part, what, fix in _SENTENCES:
        if part in problem:
            return Problem("syntax", f"is not YAML: {what}", source, fix)
    return Problem("syntax", "is not YAML", source, "check this line and the one before it")
