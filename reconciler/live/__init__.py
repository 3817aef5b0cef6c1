"""The only room with network and clock."""

import sys

# httpx loads its own command line, and with it rich where that is installed: 150 ms for nothing. It does without.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
