"""argv -> options -> one command. The only home of click, and of sys.exit.

program.py    main: errors become text and an exit code
verbs.py      the group: finds a verb's module when it is asked for; runs its command
flags.py      the flags that several verbs share
switches.py   the emulator's switches as flags
verb_*.py     one file a verb: its flags, its help with an example that works, and the command that it runs
"""

# ruff: noqa: E402  # what is imported below is what no collection needs to look at
import gc

_COLLECTS = gc.isenabled()
gc.disable()

from reconciler.cli.program import guarded, main
from reconciler.cli.verbs import cli

# Modules live as long as the process: looking through them again and again, and once more at its end, is a seventh of a
# short run.
gc.freeze()
if _COLLECTS:
    gc.enable()

__all__ = ["cli", "guarded", "main"]
