"""ruamel's syntax errors in our own words, which never hold a piece of the file."""

from __future__ import annotations

from ruamel.yaml.error import MarkedYAMLError

from reconciler.model import Problem, Source


def make_syntax_problem(error: Exception, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) if isinstance(error, MarkedYAMLError) else None
    source = Source(file, mark.line + 1, mark.column + 1) if mark is not None else Source(file, 1, 1)
    return Problem("syntax", "is not valid YAML", source, "check the line, and the one before it")
