"""`file:PATH`: a mounted file in one of the folders that the operator declares (RECONCILER_SECRET_FILES).

Links are followed while they stay within the folder, as mounted Kubernetes secrets need (`..data/`); nothing else is.
"""

from __future__ import annotations

import errno
import os
import stat

from reconciler.desired.secrets import LARGEST, Fault, make_text, matches_any, refuse
from reconciler.model import Allowed

_KNOB = "RECONCILER_SECRET_FILES"
_REASONS = {
    errno.EACCES: ("may not be read", "give yourself permission to read it"),
    errno.EPERM: ("may not be read", "give yourself permission to read it"),
    errno.ELOOP: ("is a link that leads back to itself", "mend the link"),
}


def read_secret_file(name: str, allowed: Allowed) -> str | Fault:
    """The text of the file, or what is wrong. name: the PATH as the manifest writes it."""
    what = f"file:{name}"
    if not allowed.folders:
        fix = f"set {_KNOB} to the folder of mounted secrets where the tool runs"
        return refuse(f"{what} may not be read: no folder is declared", fix)
    if ".." in name.split("/"):
        return refuse(f"{what} may not be read: it holds ..", f"write the path within a folder of {_KNOB}")
    if allowed.files is not None and not matches_any(name, allowed.files):
        return refuse(f"{what} may not be read", f'add "{name}" to secrets.files in reconciler.yaml')
    found = _find(name, allowed.folders)
    if found is None:
        return refuse(
            f"{what} may not be read: it lies in no declared folder",
            f"add its folder to {_KNOB} where the tool runs",
        )
    return _read(*found, what)


def _find(name: str, folders: tuple[str, ...]) -> tuple[str, str] | None:
    """The file and the real path of its folder: the first folder that holds it, else the first; None for none."""
    pairs = [(os.path.join(folder, name), folder) for folder in folders]  # noqa: PTH118 - an absolute name stays
    if os.path.isabs(name):  # noqa: PTH117
        pairs = [(path, folder) for path, folder in pairs if _is_below(os.path.normpath(path), folder)]
    held = (pair for pair in pairs if os.path.lexists(pair[0]))
    path, folder = next(held, pairs[0] if pairs else ("", ""))
    return (path, os.path.realpath(folder)) if path else None


def _is_below(path: str, folder: str) -> bool:
    return any(path.startswith(one.rstrip(os.sep) + os.sep) for one in (folder, os.path.realpath(folder)))


def _read(path: str, root: str, what: str) -> str | Fault:
    try:
        real = os.path.realpath(path, strict=True)
        if not _is_below(real, root):
            return refuse(
                f"{what} may not be read: it is a link that leaves its folder",
                f"copy what it leads to, or add the folder that it leads to to {_KNOB} where the tool runs",
            )
        # Nothing but the file that was just judged: no link in its place, and no pipe that would be waited for.
        handle = os.open(real, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return Fault("secret-unreadable", f"{what} is no ordinary file", "name the file that holds the secret")
            return make_text(os.read(handle, LARGEST + 1), what)
        finally:
            os.close(handle)
    except OSError as error:
        return _explain(error, what)


def _explain(error: OSError, what: str) -> Fault:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        fix = f"mount it, or correct the path: it is looked for in the folders of {_KNOB}"
        return Fault("secret-missing", f"{what} does not exist", fix)
    reason, fix = _REASONS.get(error.errno or 0, ("cannot be read", "check the file"))
    return Fault("secret-unreadable", f"{what} {reason}", fix)
