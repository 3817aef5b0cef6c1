"""The tools that are compared: what each needs on disk, its environment, and its command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from tests.benchmarks.measure import environ_of_child
from tests.benchmarks.peer_server import COMPANY, TOKEN, make_objects

HERE = Path(__file__).parent / "peers"

PACKAGES: Mapping[str, tuple[str, ...]] = {
    "script": ("requests==2.34.2", "PyYAML==6.0.4"),
    "ansible": ("ansible-core==2.19.14",),
    "octodns": ("octodns==1.22.0", "requests==2.34.2"),
}
"""What is installed for each, at these versions; what these depend on is theirs to say."""


class Job(Struct, frozen=True):
    """A process to start: its words, where, and with which variables."""

    words: list[str]
    folder: Path
    environ: dict[str, str]


def install(cache: Path, name: str) -> Path:
    """The tool's Python, in a virtual environment below the folder; made where it is not there yet."""
    home, python = cache / name, cache / name / "bin" / "python"
    mark, wanted = home / "installed.json", json.dumps(PACKAGES[name])
    if mark.is_file() and mark.read_text() == wanted:
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "-qq", *PACKAGES[name]], check=True)
    mark.write_text(wanted)
    return python


def declare(folder: Path, objects: int) -> None:
    """Manifests, a file each, which the script reads too."""
    (folder / "manifests").mkdir()
    (folder / "reconciler.yaml").write_text(
        f'version: 1\naccounts:\n  main: {{company_id: "{COMPANY}", path: manifests}}\n'
    )
    for one in make_objects(objects):
        settings = "".join(f'  {key}: "{value}"\n' for key, value in one["settings"].items())
        text = f'id: "{one["id"]}"\nprovider: mandrill\nname: {one["name"]}\nsettings:\n{settings}'
        (folder / "manifests" / f"{one['id']}.yaml").write_text(text)


def use_reconciler(folder: Path, _cache: Path, url: str, objects: int, *, limits: bool) -> Job:
    """`apply --yes`: plans, applies what differs, reads it back."""
    declare(folder, objects)
    words = [sys.executable, "-m", "reconciler", "apply", "--yes", "--quiet"]
    free = {} if limits else {"RECONCILER_PER_SECOND": "10000", "RECONCILER_PER_MINUTE": "100000"}
    runtime = {"XDG_RUNTIME_DIR": str(folder), "RECONCILER_SHARE": "1", "RECONCILER_API": url, "OCAMBA_TOKEN": TOKEN}
    return Job(words, folder, {**environ_of_child(), **runtime, **free})


def use_script(folder: Path, cache: Path, url: str, objects: int, *, limits: bool) -> Job:
    """A GET of each, a PATCH of what differs."""
    declare(folder, objects)
    words = [str(install(cache, "script")), str(HERE / "script.py"), "manifests", url, TOKEN]
    return Job(words, folder, environ_of_child())


def use_ansible(folder: Path, cache: Path, url: str, objects: int, *, limits: bool) -> Job:
    """The uri module over all objects, twice."""
    (folder / "objects.json").write_text(json.dumps({"objects": make_objects(objects)}))
    python = install(cache, "ansible")
    given = {"api": url, "token": TOKEN, "objects_file": str(folder / "objects.json")}
    words = [str(python.with_name("ansible-playbook")), "-i", "localhost,", "-e", json.dumps(given)]
    quiet = {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0"}
    own = str(folder / "ansible")
    kept = {"HOME": str(folder), "ANSIBLE_HOME": own, "ANSIBLE_REMOTE_TMP": own, "LC_ALL": "C.UTF-8"}
    found = {"ANSIBLE_PYTHON_INTERPRETER": str(python)}
    return Job([*words, str(HERE / "ansible.yml")], folder, {**environ_of_child(), **quiet, **kept, **found})


def use_octodns(folder: Path, cache: Path, url: str, objects: int, *, limits: bool) -> Job:
    """`octodns-sync --doit`: as many TXT records, read through list pages."""
    python = install(cache, "octodns")
    (folder / "zones").mkdir()
    records = {
        f"i{one['id']}": {
            "ttl": 3600,
            "type": "TXT",
            "value": f"{one['name']}|{one['settings']['default_sender_email']}",
        }
        for one in make_objects(objects)
    }
    # JSON is YAML.
    (folder / "zones" / "integrations.example.yaml").write_text(json.dumps(records, indent=1))
    config = {
        "providers": {
            "config": {"class": "octodns.provider.yaml.YamlProvider", "directory": "zones", "enforce_order": False},
            "hood": {"class": "octodns_hood.HoodProvider", "api": url, "token": TOKEN},
        },
        "zones": {"integrations.example.": {"sources": ["config"], "targets": ["hood"]}},
    }
    (folder / "config.yaml").write_text(json.dumps(config))
    words = [str(python.with_name("octodns-sync")), "--config-file", "config.yaml", "--doit", "--force", "--quiet"]
    return Job(words, folder, {**environ_of_child(), "PYTHONPATH": str(HERE)})


Use = Callable[..., Job]
TOOLS: dict[str, Use] = {
    "reconciler": use_reconciler,
    "plain script": use_script,
    "octoDNS": use_octodns,
    "ansible uri": use_ansible,
}


def main(argv: Sequence[str]) -> None:
    """Installs all of them below the folder that is named."""
    for name in PACKAGES:
        install(Path(argv[0]), name)


if __name__ == "__main__":
    main(sys.argv[1:])
