"""What the API hides: sent, or left and said.

what is known of it                          what happens
it was not read (--no-secrets)               left; said once for the whole plan
--resend-secrets                             sent
its fingerprint is that of the last apply    left: as last applied
its fingerprint is another                   sent: it has been changed since
nothing                                      by secrets.when_hidden: left with a warning, sent, or an error
"""

from __future__ import annotations

from msgspec import Struct, field

from reconciler.model import Manifest, Path, Problem, SecretRef
from reconciler.planning.account import Account
from reconciler.planning.diff import Difference, Wanted

WAYS_OUT = (
    "to have it compared: --state FILE with RECONCILER_KEY set; to send it once: --resend-secrets; to send it with each"
    " apply: secrets.when_hidden: resend in reconciler.yaml"
)


class Hidden(Struct):
    """sent: what an apply sends. unread: references that were not resolved. remembered: as last applied. rotated: sent,
    since it is not as last applied.
    """

    sent: list[Path] = field(default_factory=list)
    unread: list[Path] = field(default_factory=list)
    remembered: list[Path] = field(default_factory=list)
    rotated: list[Path] = field(default_factory=list)
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def judge_hidden(manifest: Manifest, wanted: Wanted, one: str, difference: Difference, account: Account) -> Hidden:
    """What becomes of each setting of the object with the id `one` that cannot be compared."""
    out = Hidden()
    for path in difference.unseen:
        value = wanted.settings[path[1]]
        plain = account.asked.reveal(value) if isinstance(value, SecretRef) else value
        if plain is None:
            out.unread.append(path)
        elif account.resend:
            out.sent.append(path)
        else:
            same = account.recall(one, path, plain)
            if same:
                out.remembered.append(path)
            elif same is not None:
                out.sent.append(path)
                out.rotated.append(path)
            elif account.when_hidden == "resend":
                out.sent.append(path)
            else:
                _say(manifest, path, account, out)
    return out


def _say(manifest: Manifest, path: Path, account: Account, out: Hidden) -> None:
    name, source = ".".join(path), account.asked.place.value(manifest, path)
    if account.when_hidden == "fail":
        message = f"{name}: the API hides its live value, so it cannot be compared (secrets.when_hidden: fail)"
        fix = "--state FILE with RECONCILER_KEY set, --resend-secrets, or secrets.when_hidden: warn"
        out.errors.append(Problem("hidden-setting", message, source, fix))
    else:
        message = f"{name}: the API hides its live value, so it was not compared"
        out.warnings.append(Problem("unseen-setting", message, source, WAYS_OUT))
