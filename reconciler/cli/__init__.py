"""argv -> options -> one command. The only home of click, and of sys.exit.

program.py    main: errors become text and an exit code
verbs.py      the group: finds a verb's module when it is asked for; runs its command
flags.py      the flags that several verbs share
switches.py   the emulator's switches as flags
verb_*.py     one file a verb: its flags, its help with an example that works, and the command that it runs
"""

from reconciler.cli.program import guarded, main
from reconciler.cli.verbs import cli

__all__ = ["cli", "guarded", "main"]
