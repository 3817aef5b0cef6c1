"""`init`: a folder to begin with. Overwrites nothing, and says what it left as it was."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from reconciler.commands.asking import ask
from reconciler.commands.console import Console
from reconciler.commands.files import make_refusal
from reconciler.commands.request import Request
from reconciler.commands.stopping import Stopping
from reconciler.configuration import NAME
from reconciler.errors import UsageError

IGNORED = (".reconciler/", "*.env")
"""What Git must not keep: the sandbox's state, and files with the values of secrets."""

PIPELINES = Path(__file__).resolve().parents[1] / "pipelines"
CI = {
    "github": ".github/workflows",
    "github-fleet": ".github/workflows",
    "gitlab": ".",
    "gitlab-fleet": ".",
    "kubernetes": ".",
    "none": ".",
}
"""Where each service looks for its files. Those of a fleet share many accounts among several jobs."""

ACCOUNT = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.-]{1,64}")
COMPANY = re.compile(r"[A-Za-z0-9_-]{1,64}")

CONFIGURATION = """\
# What reconciler works with in this folder; all keys are in its README.
version: 1
accounts:
  {account}:
{company}
    token: {{secret: "env:OCAMBA_TOKEN"}}
    path: manifests
"""
BOUND = '    company_id: "{company}"  # a live object of any other company stops a run before it writes'
UNBOUND = '    # company_id: "…"  # binds this folder to one company; reconciler doctor tells it'

POINTER = """\
# Manifests

Each YAML document below this folder describes one integration, and each file ends with `.yaml` or `.yml`:

```yaml
key: main-sms
id: "1161"
provider: twilio
name: Main SMS
settings:
  auth_token: {secret: "env:HOOD_TWILIO_AUTH_TOKEN"}
  default_phone_number: "+14445550100"
```

What a document does not name is never touched, and values of secrets never stand here. `reconciler import --all`
writes a document for each integration that is live, `reconciler new twilio` prints an empty one, `reconciler validate`
checks them, `reconciler plan` shows what would change, `reconciler apply` changes it.
"""


class Begun(Struct, frozen=True):
    """What `init` was asked for; None: not given."""

    folder: Path
    account: str | None
    company: str | None
    ci: str | None = None


class Written(Struct):
    """What became of each file, as lines for people."""

    lines: list[str]

    def add(self, word: str, path: Path, rest: str = "") -> None:
        """One file: made, added or left."""
        self.lines.append(f"{word:<5}  {path}{rest}")


def run_init(asked: Begun, request: Request, console: Console, stopping: Stopping) -> int:
    """Makes what is missing, and says what it made and what comes next."""
    folder, written = asked.folder, Written([])
    existing = find_configuration(folder)
    account, company = choose_binding(asked, console, stopping) if existing is None else ("", None)
    ci = choose_ci(asked, console, stopping)
    make_folder(folder / "manifests")
    if existing is None:
        write_new(folder / NAME, make_configuration(account, company), written)
    else:
        written.add("left", existing, ": it is there already" + _unused(asked))
    ignore_lines(folder / ".gitignore", written)
    write_new(folder / "manifests" / "README.md", POINTER, written)
    write_pipelines(folder, ci, account or "main", written)
    console.answer("\n".join([*written.lines, "", *next_steps(folder, request)]))
    return 0


def find_configuration(folder: Path) -> Path | None:
    """The configuration that a run in this folder would find."""
    places = (folder / NAME, folder / "manifests" / NAME)
    return next((path for path in places if os.path.lexists(path)), None)


def _unused(asked: Begun) -> str:
    given = [flag for flag, value in (("--account", asked.account), ("--company", asked.company)) if value is not None]
    return f"; {' and '.join(given)} changed nothing" if given else ""


def choose_binding(asked: Begun, console: Console, stopping: Stopping) -> tuple[str, str | None]:
    """Account and company: the flags, else the answers on a terminal, else `main` and none. May raise UsageError."""
    account, company = asked.account, asked.company
    if account is None:
        account = ask("Name of the account [main]: ", console, stopping) or "main"
    if company is None:
        company = ask("Its company id, if you know it [none]: ", console, stopping) or None
    if not ACCOUNT.fullmatch(account):
        raise UsageError("the account's name is not made of letters, digits, `_`, `.` and `-`", "--account main")
    if company is not None and not COMPANY.fullmatch(company):
        raise UsageError("the company's id is not made of letters, digits, `_` and `-`", "--company 6197120")
    return account, company


def choose_ci(asked: Begun, console: Console, stopping: Stopping) -> str:
    """Whose pipeline files to write: the flag, else the answer on a terminal, else none. May raise UsageError."""
    ci = asked.ci
    if ci is None:
        ci = ask("Pipeline files for github, gitlab or none [none]: ", console, stopping) or "none"
    if ci not in CI:
        raise UsageError(f"there are no pipeline files for {ci!r}", f"choose one of {', '.join(CI)}")
    return ci


def write_pipelines(folder: Path, ci: str, account: str, written: Written) -> None:
    """Writes the files where the CI service looks for them; one apply an account at a time. Overwrites nothing."""
    if ci == "none":
        return
    target = folder / CI[ci]
    make_folder(target)
    for file in sorted((PIPELINES / ci).iterdir()):
        text = file.read_text(encoding="utf-8").replace("reconciler-main", f"reconciler-{account}")
        write_new(target / file.name, text, written)


def make_configuration(account: str, company: str | None) -> str:
    """The text of reconciler.yaml."""
    bound = UNBOUND if company is None else BOUND.format(company=company)
    return CONFIGURATION.format(account=account, company=bound)


def make_folder(folder: Path) -> None:
    """The folder and those above it. Raises ReconcilerError where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise make_refusal(f"{folder}: cannot be made", error, "name another folder") from None


def write_new(path: Path, text: str, written: Written) -> None:
    """Writes a file that is not there yet. Raises ReconcilerError where it cannot."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        written.add("left", path, ": it is there already")
    except OSError as error:
        raise make_refusal(f"{path}: cannot be written", error, "name another folder") from None
    else:
        written.add("made", path)


def ignore_lines(path: Path, written: Written) -> None:
    """Appends to .gitignore what it lacks; every byte that is there stays. Raises ReconcilerError where it cannot."""
    try:
        before = path.read_bytes() if os.path.lexists(path) else b""
        missing = find_missing(before.decode("utf-8", "surrogateescape").splitlines())
        if not missing:
            written.add("left", path, ": it has what is needed")
            return
        end = b"\r\n" if b"\r\n" in before else b"\n"
        start = end if before and not before.endswith(b"\n") else b""
        with path.open("ab") as file:
            file.write(start + b"".join(line.encode() + end for line in missing))
    except OSError as error:
        raise make_refusal(f"{path}: cannot be written", error, "name another folder") from None
    written.add("added" if before else "made", path, f": {', '.join(missing)}")


def find_missing(lines: Iterable[str]) -> list[str]:
    """The patterns that no line says, however it is anchored."""
    said = {line.strip().removeprefix("/").removesuffix("/") for line in lines}
    return [pattern for pattern in IGNORED if pattern.removesuffix("/") not in said]


def next_steps(folder: Path, request: Request) -> list[str]:
    """What to type next."""
    away = [] if folder.resolve() == request.cwd.resolve() else [f"cd {shlex.quote(str(folder))}"]
    flag = " --sandbox" if request.sandbox else ""
    token = [] if request.sandbox else ["export OCAMBA_TOKEN=…"]
    return [f"-> {line}" for line in (*away, *token, f"reconciler doctor{flag}", f"reconciler import --all{flag}")]
