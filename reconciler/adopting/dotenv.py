r"""Variables and their values as a dotenv that a POSIX shell reads (`set -a; . ./FILE`), and most other readers too.

value                                          written
letters, digits and a few signs                as it is
no single quote and no backslash               in single quotes: nothing in them is special anywhere
no dollar sign and no backtick                 in double quotes, with a backslash before " and \\
    all else                                       in single quotes, each single quote of its own as '\\''
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_BARE = re.compile(r"[A-Za-z0-9_./:@%+,=-]+")
_QUOTED = re.compile(r'(["\\])')


def make_dotenv(values: Mapping[str, str], about: str) -> str:
    """The file: a comment, then `NAME=value` by name."""
    return "\n".join([f"# {about}", *(f"{name}={quote_value(values[name])}" for name in sorted(values))]) + "\n"


def quote_value(value: str) -> str:
    """A value as a shell reads it back."""
    if _BARE.fullmatch(value):
        return value
    if "'" not in value and "\\" not in value:
        return f"'{value}'"
    if "$" not in value and "`" not in value:
        escaped = _QUOTED.sub(r"\\\1", value)
        return f'"{escaped}"'
    return "'" + value.replace("'", "'\\''") + "'"
