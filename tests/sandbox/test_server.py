"""The HTTP shell, over real connections."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import ReconcilerError
from reconciler.sandbox.faults import Fault, Faults
from reconciler.sandbox.server import SandboxServer, load_world, main_loop, make_banner, serve
from reconciler.sandbox.world import Request, World
from tests.sandbox.asking import ALL, HEADERS, NOW, ONE, make_world


@contextmanager
def connect(server: SandboxServer, timeout: float = 20.0) -> Iterator[http.client.HTTPConnection]:
    """A connection that is closed at the end."""
    with closing(http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=timeout)) as connection:
        yield connection


def send(
    connection: http.client.HTTPConnection, method: str = "GET", path: str = ONE, body: Any = None
) -> tuple[int, bytes]:
    """One request over the connection: its status and body."""
    connection.request(method, path, json.dumps(body) if body is not None else None, HEADERS)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_a_connection_is_kept_for_many_requests() -> None:
    """GET, PATCH (204) and GET on one connection; the query is decoded; time is the clock's."""
    with serve(make_world(1), clock=lambda: NOW) as server, connect(server) as connection:
        assert server.url == f"http://127.0.0.1:{server.server_port}/v1/hood"
        assert send(connection, "PATCH", ONE, {"name": "a b"}) == (204, b"")
        first = connection.sock
        status, body = send(connection, path=ALL + "?name=a%20b&fields=name,update_time")
        assert (status, connection.sock) == (200, first)
        assert json.loads(body)["items"] == [{"name": "a b", "update_time": "2023-11-14 22:13:20"}]
    assert server.failures == []


def test_urllib_reads_it_too() -> None:
    """Another client; a 401 with its body."""
    with serve(make_world(1)) as server:
        request = urllib.request.Request(server.url + "/integrations/1161", headers={"Authorization": "Bearer wrong"})
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=20)
        assert (caught.value.code, json.load(caught.value)["title"]) == (401, "Unauthorized.")
        caught.value.close()


def test_a_reset_is_a_reset() -> None:
    """The client sees ECONNRESET, not a closed connection, and the next one works."""
    with serve(make_world(1, faults=Faults((Fault("reset", "after"),)))) as server:
        with connect(server) as connection, pytest.raises(ConnectionResetError):
            send(connection, "PATCH", ONE, {"name": "new"})
        with connect(server) as connection:
            assert json.loads(send(connection)[1])["name"] == "new"
    assert server.failures == []


def test_a_timeout_holds_the_answer_until_the_client_leaves() -> None:
    """The client's time-out ends it; the server's threads end too."""
    with serve(make_world(1, faults=Faults((Fault("timeout"),)))) as server:
        with connect(server, timeout=0.05) as connection, pytest.raises(TimeoutError):
            send(connection)
        with connect(server) as connection:
            assert send(connection)[0] == 200


def test_close_ends_connections_that_wait() -> None:
    """An idle connection, and one whose answer is held, end at close, and no thread is left."""
    before = threading.active_count()
    server = serve(make_world(1, faults=Faults((Fault("timeout", nth=2),))))
    with connect(server) as idle, connect(server) as held:
        assert send(idle)[0] == 200
        held.request("GET", ONE, headers=HEADERS)
        while len(server.world.log) < 2:
            time.sleep(0.001)
        server.close()
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            held.getresponse()
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            send(idle)
    server.close()
    assert threading.active_count() == before


def test_a_truncated_answer_breaks_off() -> None:
    """With a body fewer bytes than announced; without one the head itself ends early."""
    script = (Fault("truncated"), Fault("truncated", nth=2))
    with serve(make_world(1, faults=Faults(script))) as server:
        with connect(server) as connection, pytest.raises(http.client.IncompleteRead):
            send(connection)
        raw = speak(server, f"PATCH {ONE} HTTP/1.1\r\n{RAW_HEADERS}Content-Length: 12\r\n\r\n" + '{"name":"x"}')
        assert raw.startswith(b"HTTP/1.1 204")
        assert b"\r\n\r\n" not in raw


def test_a_late_answer_and_latency_are_waited_for() -> None:
    """The answer is whole; close() does not wait for it."""
    world = make_world(1, faults=Faults((Fault("late", seconds=0.02),)), latency=0.01)
    with serve(world) as server, connect(server) as connection:
        start = time.monotonic()
        assert send(connection)[0] == 200
        assert time.monotonic() - start >= 0.03


RAW_HEADERS = f"Host: x\r\nAuthorization: {HEADERS['authorization']}\r\nContent-Type: application/json\r\n"


def speak(server: SandboxServer, text: str) -> bytes:
    """Send raw bytes and read until the end of the connection."""
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=20) as connection:
        connection.sendall(text.encode())
        received = b""
        while part := connection.recv(65536):
            received += part
        return received


@pytest.mark.parametrize("header", ["Content-Length: 9999999", "Content-Length: x", "Transfer-Encoding: chunked"])
def test_a_body_that_is_too_large_or_unmeasured_is_413(header: str) -> None:
    """The connection ends with the answer."""
    with serve(make_world(1)) as server:
        raw = speak(server, f"PATCH {ONE} HTTP/1.1\r\n{RAW_HEADERS}{header}\r\n\r\n")
    assert raw.startswith(b"HTTP/1.1 413")
    assert b"Connection: close" in raw
    assert server.world.log == []


def test_garbage_and_strange_methods_are_answered(capfd: pytest.CaptureFixture[str]) -> None:
    """A line that is no request, DELETE and HEAD: an answer each, and not a word on stderr."""
    with serve(make_world(1)) as server:
        assert b"400" in speak(server, "what is this\r\n\r\n")
        assert speak(server, "GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 400")
        with connect(server) as connection:
            assert send(connection, "DELETE")[0] == 405
            assert send(connection, "HEAD") == (405, b"")
    assert server.failures == []
    assert capfd.readouterr() == ("", "")


def test_more_requests_at_once_than_allowed_are_told_minus_one() -> None:
    """While one request waits, a second is over parallel=1."""
    world = make_world(1, parallel=1, faults=Faults((Fault("timeout"),)))
    with serve(world) as server, connect(server) as held, connect(server) as connection:
        held.request("GET", ONE, headers=HEADERS)
        while not world.log:
            time.sleep(0.001)
        connection.request("GET", ONE, headers=HEADERS)
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Retry-After"]) == (429, "-1")
        answer.read()


def test_the_state_is_on_the_disk_before_a_write_is_answered(tmp_path: Path) -> None:
    """A write is saved at once, the windows' marks at close; the next server goes on from there."""
    state = tmp_path / "state.json"
    with serve(load_world(state), state=state) as server, connect(server) as connection:
        assert send(connection, path=ALL)[0] == 200
        assert not state.exists()
        assert send(connection, "PATCH", ONE, {"name": "kept"})[0] == 204
        assert load_world(state).objects()["1161"]["name"] == "kept"
    assert state.stat().st_mode & 0o777 == 0o600
    assert load_world(state).dump() == server.world.dump()


def test_a_state_that_cannot_be_saved_is_an_error_at_close(tmp_path: Path) -> None:
    """The client gets no answer for a write that was not saved; nothing is printed."""
    file = tmp_path / "file"
    file.write_text("x")
    server = serve(make_world(1), state=file / "state.json")
    with connect(server) as connection, pytest.raises((http.client.HTTPException, ConnectionError)):
        send(connection, "PATCH", ONE, {"name": "new"})
    with pytest.raises(ReconcilerError, match="cannot write"):
        server.close()
    assert [type(failure) for failure in server.failures] == [ReconcilerError]


def test_two_servers_of_one_state_go_on_from_each_other(tmp_path: Path) -> None:
    """Neither loses what the other wrote: not in an answer, not by closing; a damaged file changes nothing."""
    state = tmp_path / "state.json"
    with serve(make_world(1), state=state) as one, serve(make_world(1), state=state) as other:
        assert one.ask(Request("PATCH", ONE, {}, HEADERS, b'{"name": "first"}')).status == 204
        assert json.loads(other.ask(Request("GET", ONE, {}, HEADERS, b"")).body)["name"] == "first"
        assert other.ask(Request("PATCH", ONE, {}, HEADERS, b'{"status": "inactive"}')).status == 204
    written = load_world(state).objects()["1161"]
    assert (written["name"], written["status"]) == ("first", "inactive")
    with serve(load_world(state), state=state) as server:
        state.write_text("{")
        assert json.loads(server.ask(Request("GET", ONE, {}, HEADERS, b"")).body)["name"] == "first"


def test_a_port_that_is_taken_is_an_error_with_its_way_out() -> None:
    """ReconcilerError names host and port."""
    with serve(make_world()) as server, pytest.raises(ReconcilerError, match=str(server.server_port)) as caught:
        serve(make_world(), port=server.server_port)
    assert caught.value.fix is not None


def test_a_connection_that_opens_while_the_server_closes_is_ended() -> None:
    """close() may run between the accept and the thread's start."""
    server = serve(make_world())
    server.close()
    left, right = socket.socketpair()
    with left, right:
        server.opened(left)
        assert right.recv(1) == b""
    server.opened(left)
    assert server.failures == []


def test_a_server_that_never_started_can_be_closed() -> None:
    """close() without start()."""
    server = SandboxServer(make_world(), "127.0.0.1", 0, None, time.time)
    server.close()
    assert server.fileno() == -1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_main_loop_serves_until_a_signal(number: int, tmp_path: Path) -> None:
    """It says how to use it, ends with 128 + the signal, and gives the signals back."""
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        if "Ctrl-C" in line:
            threading.Timer(0.01, os.kill, (os.getpid(), number)).start()

    before = signal.getsignal(number)
    assert main_loop(World(), say=say, state=tmp_path / "state.json") == 128 + number
    assert signal.getsignal(number) == before
    assert any("OCAMBA_TOKEN=sandbox-token reconciler --api http://127.0.0.1:" in line for line in lines)
    assert (tmp_path / "state.json").exists()


def test_the_banner_tells_where_the_state_is(tmp_path: Path) -> None:
    """In memory, or the file."""
    with serve(make_world()) as server:
        assert "  state    in memory" in make_banner(server)
        server.state = tmp_path / "s.json"
        assert f"  state    {tmp_path / 's.json'}" in make_banner(server)
