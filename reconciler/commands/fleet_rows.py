"""What the rows of a fleet come to together."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model import FleetRow, FleetSummary
from reconciler.planning.forecast import forecast_fleet

INCOMPLETE = 6


def summarise(rows: Sequence[FleetRow], seconds: float, jobs: int) -> FleetSummary:
    """The sums. seconds: of the whole run. jobs: accounts at once, for the forecast of applying all plans."""
    summed = ("create", "update", "unchanged", "stale", "failed", "requests", "throttled", "apply_requests")
    return FleetSummary(
        accounts=len(rows),
        clean=sum(row.exit == 0 for row in rows),
        pending=sum(row.exit == 2 for row in rows),
        broken=sum(row.exit not in (0, 2) for row in rows),
        seconds=round(seconds, 3),
        apply_seconds=round(forecast_fleet([row.apply_seconds for row in rows], jobs), 1),
        **{name: sum(getattr(row, name) for row in rows) for name in summed},
    )


def make_unplanned(planned: FleetRow) -> FleetRow:
    """The row of an account that has no plan in the folder that is applied: what was not planned is not applied."""
    why = planned.errors[0] if planned.errors else "its plan was not saved"
    code = planned.exit if planned.exit not in (None, 0, 2) else INCOMPLETE
    return FleetRow(
        planned.account, exit=code, errors=(f"not applied, since it was not planned: {why}", "  -> plan again")
    )
