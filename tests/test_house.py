"""The house rules, read from the source: who imports whom, sizes, names, words. And what a start may load."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "reconciler"
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

ROOMS = frozenset({"desired", "live", "planning", "applying", "reporting", "adopting", "sandbox"})
SHARED = frozenset({"model", "errors", "values", "names"})
OUTER = frozenset(
    {
        "account_files",
        "accounts",
        "configuration",
        "configured",
        "grants",
        "numbers",
        "options",
        "schema_files",
        "provider_schemas",
    }
    | {"shards", "trust"}
)
ENTRY = frozenset({"cli", "__main__"})

HOMES = {
    "ruamel": {"desired", "adopting"},
    "jsonschema": {"desired/validate.py"},
    "httpx": {"live"},
    "deepdiff": {"planning"},
    "click": {"cli"},
    "distributed": {"commands/cluster.py"},
}
FORBIDDEN = ("TO" + "DO", "FIX" + "ME", "X" * 3 + ":", "pragma: no " + "cover", "HA" + "CK:")
BAD_NAMES = re.compile(
    r"Manager|Handler|Helper|[Uu]tils|(?:^|_)(?:base|core|helper|handler|manager)(?:$|_)|Base$|Core$"
)
IMPURE = re.compile(r"^(?:make|diff|merge|render)_")
"""Functions of these names touch nothing of the world."""


def name_of(path: Path) -> str:
    """A module below the package, as reports show it."""
    return path.relative_to(ROOT if path.is_relative_to(ROOT / "tests") else PACKAGE).as_posix()


def imports_of(path: Path) -> Iterator[str]:
    """Full names of what a module imports, also within functions."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: a relative import"
            module = node.module or ""
            yield from (f"{module}.{alias.name}" for alias in node.names) if module == "reconciler" else (module,)


def group_of(path: Path) -> str:
    """A room, `commands`, or the module's own name at the top."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else path.stem


def allowed(group: str, path: Path) -> frozenset[str]:
    """What of ours a module may import."""
    if group in SHARED:
        return SHARED
    if group in ROOMS:
        schemas = {"desired/validate.py", "desired/documented.py", "desired/manifests.py", "desired/judging.py"}
        extra = {"schema_files", "provider_schemas"} if name_of(path) in schemas else set()
        return SHARED | {group, "__version__"} | extra
    if group in OUTER:
        return SHARED | OUTER | {"desired"}
    if group == "commands":
        return SHARED | OUTER | ROOMS | {"commands", "__version__"}
    # The flags of `reconciler sandbox` are the emulator's switches.
    return (
        SHARED
        | OUTER
        | ENTRY
        | {"commands", "__version__"}
        | ({"sandbox"} if name_of(path) == "cli/switches.py" else set())
    )


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions of a module, inner ones too."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_room_imports_only_what_it_may(path: Path) -> None:
    """Rooms meet in commands alone."""
    group = group_of(path)
    if path == PACKAGE / "__init__.py":
        assert not [one for one in imports_of(path) if one.startswith("reconciler")]
        return
    ours = {one.split(".")[1] for one in imports_of(path) if one.startswith("reconciler.")}
    assert ours <= allowed(group, path)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_dependency_has_one_home(path: Path) -> None:
    """A library is imported where house.md says, so that it can be replaced there."""
    inside = name_of(path)
    for one in {name.partition(".")[0] for name in imports_of(path)}:
        homes = HOMES.get(one)
        assert homes is None or any(inside == home or inside.startswith(home + "/") for home in homes), one
        assert one not in {"requests", "yaml", "pydantic", "rich", "pickle"}


def types_read(path: Path) -> Iterator[ast.expr]:
    """What stands for the type where msgspec is asked to convert or decode into one."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            yield from (one.value for one in node.keywords if one.arg == "type" and name in {"convert", "decode"})
            yield from node.args[1:2] if name == "convert" else ()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_types_are_learned_by_one_thread_at_a_time(path: Path) -> None:
    """The process dies where two threads read a type for the first time: values.learn keeps msgspec from that."""
    unlearned = [
        ast.unparse(one) for one in types_read(path) if not ast.unparse(one).startswith(("learn(", "dict[str, "))
    ]
    assert unlearned == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_and_functions_stay_small(path: Path) -> None:
    """Modules have 250 lines at most, functions less than 40."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250
    long = [one.name for one in functions_of(path) if (one.end_lineno or 0) - one.lineno + 1 >= 40]
    assert long == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_what_is_public_says_what_it_is(path: Path) -> None:
    """Modules, classes and functions without an underscore have docstrings."""
    tree = ast.parse(path.read_bytes())
    assert ast.get_docstring(tree), "the module"
    bare = [
        node.name
        for parent in ast.walk(tree)
        if isinstance(parent, ast.Module | ast.ClassDef) and not getattr(parent, "name", "").startswith("_")
        for node in parent.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert bare == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_names_say_what_things_are(path: Path) -> None:
    """No Manager, Handler, Helper, utils, base or core; and what is made touches no file."""
    tree = ast.parse(path.read_bytes())
    defined = [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.FunctionDef)]
    assert [name for name in [path.stem, *defined] if BAD_NAMES.search(name)] == []
    for function in functions_of(path):
        if IMPURE.match(function.name):
            called = set(methods_of(function))
            assert not called & {"read_bytes", "read_text", "write_text", "write_bytes", "open", "unlink"}, (
                function.name
            )


def methods_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """The names in every `something.name(…)`."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=name_of)
def test_nothing_is_left_for_later(path: Path) -> None:
    """No note of unfinished work, nothing hidden from coverage, no bare ignore."""
    text = path.read_text(encoding="utf-8")
    assert [word for word in FORBIDDEN if word in text] == []
    assert not re.search(r"#\s*type:\s*" + r"ignore(?!\[)", text)
    assert not re.search(r"#\s*" + r"noqa(?!:)", text)


@pytest.mark.parametrize("path", [path for path in TESTS if path.name.startswith("test_")], ids=name_of)
def test_every_test_is_a_sentence(path: Path) -> None:
    """A docstring of one line that ends as sentences end."""
    wrong = [
        one.name
        for one in functions_of(path)
        if one.name.startswith("test_") and not is_sentence(ast.get_docstring(one, clean=False) or "")
    ]
    assert wrong == []


def is_sentence(text: str) -> bool:
    """One line, with a full stop at its end. It may begin with a name, such as `plan` or secrets.keys."""
    return "\n" not in text and bool(text) and text.endswith((".", ".)", ".”", "?", "…"))


def test_tests_mirror_the_rooms() -> None:
    """Every folder of tests is a room, or one of the few that look at the whole."""
    folders = {
        path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and not path.name.startswith((".", "_"))
    }
    assert folders <= ROOMS | {"commands", "contract", "golden", "benchmarks"}
    assert folders >= ROOMS - {"applying", "adopting"}


def modules_after(code: str, tmp_path: Path, **environ: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after a piece of code."""
    rich = tmp_path / "installed" / "rich"
    rich.mkdir(parents=True)
    (rich / "__init__.py").write_text("")
    code += "\nimport sys; sys.stderr.write('\\n'.join(['', 'LOADED', *sys.modules]))"
    path = os.pathsep.join([str(ROOT), str(tmp_path / "installed")])
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path, **environ},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    loaded = ran.stderr.split("\nLOADED\n")[1].split()
    return {name.partition(".")[0] for name in loaded}


def line(*argv: str) -> str:
    """Code that runs a command line, whatever comes of it."""
    return f"from reconciler.cli import guarded\nassert guarded({list(argv)!r}) == 0"


EXPENSIVE = {"httpx", "deepdiff", "jsonschema", "ruamel", "rich"}
GOOD = 'key: one\nid: "1162"\nprovider: twilio\nname: "Backup SMS (old name)"\n'


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_version_and_help_load_nothing_expensive(flag: str, tmp_path: Path) -> None:
    """They answer at once."""
    assert not modules_after(line(flag), tmp_path) & EXPENSIVE


def test_validate_loads_no_network_and_no_diff(tmp_path: Path) -> None:
    """What is right needs no explanation either: jsonschema stays out."""
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "a.yaml").write_text(GOOD)
    assert not modules_after(line("validate"), tmp_path) & (EXPENSIVE - {"ruamel"})


def test_validate_loads_jsonschema_where_something_must_be_explained(tmp_path: Path) -> None:
    """The other side of the same gate."""
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "a.yaml").write_text(GOOD + "nonsense: [1]\n")
    loaded = modules_after(line("validate").replace("== 0", "== 3"), tmp_path)
    assert "jsonschema" in loaded
    assert not loaded & {"httpx", "deepdiff", "rich"}


def test_a_plan_in_sync_loads_no_deepdiff(tmp_path: Path) -> None:
    """Nothing loads rich, though it is installed; the network is loaded, and nothing that compares."""
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "a.yaml").write_text(GOOD)
    loaded = modules_after(line("plan", "--sandbox", "--detailed-exitcode"), tmp_path)
    assert "httpx" in loaded
    assert not loaded & {"deepdiff", "jsonschema"}
    assert "rich" not in loaded
