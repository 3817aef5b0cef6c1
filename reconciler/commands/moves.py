"""`--base` and `--changed-since`: who moved, and what the commits touch."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from reconciler.commands.history import blame, load_manifests_at
from reconciler.commands.request import Request
from reconciler.errors import unite_problems
from reconciler.model import Manifest, Plan, Snapshot
from reconciler.options import Options
from reconciler.planning.causes import add_causes, find_changed, warn_of_left


def find_touched(manifests: Sequence[Manifest], options: Options, request: Request) -> frozenset[str]:
    """The addresses of the manifests that the commits since --changed-since touch, in whatever way."""
    return find_changed(manifests, load_manifests_at(request.changed_since or "", options, request))


def explain_plan(
    plan: Plan, manifests: Sequence[Manifest], snapshot: Snapshot, options: Options, request: Request
) -> Plan:
    """The plan with the cause of each field since --base, and warnings of what left Git while it is still active."""
    then = load_manifests_at(request.base or "", options, request)
    changes = add_causes(plan.changes, then, lambda sources: blame(sources, request.cwd))
    left = warn_of_left(manifests, then, snapshot.objects)
    return msgspec.structs.replace(plan, changes=changes, warnings=unite_problems([*plan.warnings, *left]))
