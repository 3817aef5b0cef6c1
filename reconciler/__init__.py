"""Keeps the integrations of an Ocamba Hood account as they are declared in Git.

Data goes one way:
load -> validate -> read live -> diff -> plan -> guard -> render or save -> apply -> verify -> report.

    cli/          argv -> options -> one command, a file a verb; prints errors; the only sys.exit
    commands/     each command reads as the pipeline; the only place where rooms meet
    options.py    flags > environment > reconciler.yaml
    shards.py     which accounts of a fleet are this run's
    grants.py     what the operator lets manifests refer to: variables, folders, commands
    schema_files.py  the JSON Schemas: shipped ones, and an account's own (provider_schemas.py makes and reads these)
    model/        every value that flows
    values.py     what a value is: equality with types, masks, order
    names.py      what things are called: slugs, words, names of files
    errors.py     the error tree with its exit codes
    desired/      YAML -> manifests of plain data, each value with its place
    live/         the only room with network and clock
    planning/     pure: diff, patch, plan, guard, forecast, codec
    applying/     writes, reads back, judges
    adopting/     live -> manifests: files are changed in their scalars alone
    reporting/    values -> text and JSON
    sandbox/      the emulator of the API
"""

__version__ = "0.1.0"
