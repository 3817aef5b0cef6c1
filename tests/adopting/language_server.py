"""A small client of yaml-language-server: JSON-RPC over its stdin and stdout, as an editor speaks to it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Any

VARIABLE = "RECONCILER_YAML_SERVER"
"""Names the server's program, where it is not on the PATH."""

SECONDS = 60


def find_server() -> list[str] | None:
    """The command that starts the server, None where node or the server is missing."""
    node = shutil.which("node")
    program = os.environ.get(VARIABLE) or shutil.which("yaml-language-server")
    return [node, str(Path(program).resolve()), "--stdio"] if node and program and Path(program).is_file() else None


class LanguageServer:
    """One server, initialised for a folder. Positions are (line, character) from 0, as the protocol has them."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self._process = process
        self._answers: Queue[dict[str, Any]] = Queue()
        self._diagnostics: Queue[dict[str, Any]] = Queue()
        self._number = 0
        threading.Thread(target=self._read, daemon=True).start()
        self._ask("initialize", {"processId": os.getpid(), "rootUri": folder.as_uri(), "capabilities": CAPABILITIES})
        self._say("initialized", {})

    def diagnose(self, file: Path) -> list[tuple[str, str]]:
        """What the server has against a file: the text that each remark underlines, and the remark."""
        text = self._open(file)
        while True:
            told = self._diagnostics.get(timeout=SECONDS)
            if told["uri"] == file.as_uri():
                return sorted((_underlined(text, one["range"]), one["message"]) for one in told["diagnostics"])

    def complete(self, file: Path, line: int, character: int) -> list[str]:
        """The labels that the server offers at a place."""
        self._open(file)
        place = {"textDocument": {"uri": file.as_uri()}, "position": {"line": line, "character": character}}
        answer = self._ask("textDocument/completion", place)
        items = answer["items"] if isinstance(answer, dict) else answer or []
        return [item["label"] for item in items]

    def hover(self, file: Path, line: int, character: int) -> str:
        """What the server tells of a place."""
        self._open(file)
        place = {"textDocument": {"uri": file.as_uri()}, "position": {"line": line, "character": character}}
        answer = self._ask("textDocument/hover", place)
        return str(answer["contents"]["value"]) if answer else ""

    def _open(self, file: Path) -> str:
        text = file.read_text(encoding="utf-8")
        document = {"uri": file.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self._say("textDocument/didOpen", {"textDocument": document})
        return text

    def _ask(self, method: str, params: Any) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            try:
                answer = self._answers.get(timeout=SECONDS)
            except Empty:
                raise AssertionError(f"the server did not answer {method}") from None
            if answer["id"] == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def _say(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for message in _messages(self._process.stdout):
            if "method" not in message:
                self._answers.put(message)
            elif message["method"] == "textDocument/publishDiagnostics":
                self._diagnostics.put(message["params"])
            elif "id" in message:
                self._send({"id": message["id"], "result": _make_answer(message)})


CAPABILITIES = {"textDocument": {"completion": {"completionItem": {"snippetSupport": False}}, "hover": {}}}
SETTINGS = {"validate": True, "completion": True, "hover": True, "schemaStore": {"enable": False}}


def _make_answer(message: dict[str, Any]) -> Any:
    """The settings where they are asked for; nothing may come from a network."""
    if message["method"] == "workspace/configuration":
        return [SETTINGS if item.get("section") == "yaml" else None for item in message["params"]["items"]]
    return None


def _messages(stream: Any) -> Iterator[dict[str, Any]]:
    while True:
        length = 0
        while (line := stream.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        if not length:
            return
        yield json.loads(stream.read(length))


def _underlined(text: str, range_: dict[str, Any]) -> str:
    start, end = range_["start"], range_["end"]
    line = [*text.splitlines(), ""][int(start["line"])]
    return line[int(start["character"]) : int(end["character"]) if start["line"] == end["line"] else None]


@contextmanager
def serving(command: list[str], folder: Path) -> Iterator[LanguageServer]:
    """A server that ends with the block."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            yield LanguageServer(process, folder)
        finally:
            process.kill()
