"""The contract checks from outside: the program as a process, against an API stand-in that knows nothing of it."""
