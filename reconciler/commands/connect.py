"""Opens the account of a run: the real API, or the emulator that --sandbox starts for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from reconciler.commands.console import Console
from reconciler.commands.ledgers import join_ledger, tell_alone
from reconciler.commands.request import Request
from reconciler.commands.stand_ins import STATE
from reconciler.commands.stopping import Stopping
from reconciler.errors import ReconcilerError, reason_of
from reconciler.live.account import Account
from reconciler.options import Options, Token

STATE_FILE = "sandbox.json"


def log_request(console: Console) -> Callable[[str, int | None, str | None], None]:
    """What writes a line of the log for each request; of one that failed with the API's trace id."""

    def log(method: str, status: int | None, trace_id: str | None) -> None:
        console.log("request", method=method, status=status, **({} if trace_id is None else {"trace_id": trace_id}))

    return log


def _close(account: Account, console: Console) -> None:
    """Closes it; what has left is counted, however the run ended."""
    console.measured.requests = account.requests
    account.close()


@contextmanager
def open_account(
    request: Request, options: Options, token: Token, console: Console, stopping: Stopping
) -> Iterator[Account]:
    """The account, closed afterwards. While it is open, a signal ends the request in flight and then the run."""
    opened: list[Account] = []

    def stop(code: int) -> None:
        for one in opened:
            one.stop(code)

    with ExitStack() as stack:
        # First in, last out: no signal may tear the closing apart.
        stack.enter_context(stopping.told(stop))
        api = options.api
        if request.sandbox:
            api = stack.enter_context(serve_sandbox(request.cwd / STATE, options.company_id, name_state(options)))
        ledger = join_ledger(request, options, console)
        if ledger is not None:
            # Also where the account cannot be opened.
            stack.callback(ledger.close)
        account = Account(
            api=api,
            token=token.reveal,
            per_second=options.run_per_second,
            per_minute=options.run_per_minute,
            parallel=options.parallel,
            token_name=options.token_env,
            on_request=log_request(console),
            ledger=ledger,
            lost=lambda why: tell_alone(why, console),
        )
        stack.callback(_close, account, console)
        opened.append(account)
        stopping.pass_on()
        yield account


def name_state(options: Options) -> str:
    """The file of the sandbox's state: each of several accounts has one of its own."""
    return STATE_FILE if len(options.accounts) < 2 else f"sandbox-{options.account}.json"


@contextmanager
def serve_sandbox(folder: Path, company_id: str | None, name: str = STATE_FILE) -> Iterator[str]:
    """The address of an emulator with its state in a file of a folder. Raises ReconcilerError where that cannot be."""
    from reconciler.sandbox.server import serve
    from reconciler.sandbox.state import load_world

    state = folder / name
    try:
        folder.mkdir(exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
    except OSError as error:
        message = f"{folder.name}: the sandbox's state cannot be kept here: {reason_of(error)}"
        raise ReconcilerError(message, "run it in a folder that you may write to") from None
    with serve(load_world(state, company_id=company_id), state=state) as server:
        yield server.url
