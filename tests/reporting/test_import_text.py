"""What an import says."""

from __future__ import annotations

from reconciler.model import Imported, ImportedFile, LeftOut, NotImported, Problem, SecretVariable
from reconciler.reporting.import_text import render_import
from reconciler.reporting.style import Style, cells

PLAIN, NARROW = Style(), Style(width=50, tty=True)
FILE = ImportedFile(
    "manifests/a\x1b.yaml", "5", "p", "n", (LeftOut(("settings", "z\u202e"), "p\n does not define it, whatever it is"),)
)
VARIABLES = (
    SecretVariable("HOOD_A", "manifests/a.yaml", "5", ("settings", "api_key"), shown=True),
    SecretVariable("HOOD_B", "manifests/a.yaml", "5", ("settings", "token"), shown=False),
)


def make(**more: object) -> Imported:
    """An import of one file."""
    return Imported("main", (FILE,), variables=VARIABLES, **more)  # type: ignore[arg-type]


def test_files_come_with_what_was_left_out_and_variables_last() -> None:
    """Nothing that a terminal obeys; each variable on a line that a shell takes."""
    assert render_import(make(), PLAIN, sandbox=False) == (
        "+ manifests/a\\u001b.yaml (5)\n"
        '    ! settings."z\\u202e": left out: p\\n does not define it, whatever it is\n'
        "\n"
        "Import: 1 manifest written.\n"
        "\n"
        "Before you plan, set 2 variables; their values stand in no manifest:\n"
        "export HOOD_A=\n"
        "export HOOD_B=\n"
    )


def test_what_was_skipped_is_said_and_counted() -> None:
    """With its reason; warnings behind it."""
    skipped = (
        NotImported("1", "managed", "is managed already, by a.yaml:1:1"),
        NotImported("2\x07", "unknown-id", "the API does not know it"),
    )
    warning = Problem("list-incomplete", "some may be missing", None, "run it again")
    text = render_import(Imported("main", skipped=skipped, warnings=(warning,)), PLAIN, sandbox=False)
    assert text == (
        ". 1: is managed already, by a.yaml:1:1\n"
        "x 2\\u0007: the API does not know it\n"
        "warning: some may be missing\n"
        "  -> run it again\n"
        "\n"
        "Import: 0 manifests written, 1 managed already, 1 not imported.\n"
    )
    assert render_import(Imported("main"), PLAIN, sandbox=False) == "Import: 0 manifests written.\n"


def test_a_file_of_secrets_is_told_with_how_to_read_it() -> None:
    """Quoted for a shell, with a folder before it; values that are hidden are counted."""
    text = render_import(make(secrets_file="my secrets.env"), PLAIN, sandbox=False)
    assert "1 value written, to be read by: set -a; . './my secrets.env'; set +a\nThe API hides 1 value.\n" in text
    shown = Imported("main", (FILE,), variables=VARIABLES[:1], secrets_file="/x/a.env")
    assert render_import(shown, PLAIN, sandbox=True).endswith("set -a; . /x/a.env; set +a\n")


def test_lines_fit_the_terminal() -> None:
    """But those that are there to be copied."""
    skipped = (NotImported("2", "file-exists", "manifests/twilio/main-sms.yaml is there already, and stays"),)
    lines = render_import(make(skipped=skipped, secrets_file="x" * 60), NARROW, sandbox=True).splitlines()
    assert all(cells(line) <= 50 for line in lines if "export" not in line and "xxx" not in line)
