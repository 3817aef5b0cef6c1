"""What the rows of a fleet come to together."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model import FleetRow, FleetSummary
from reconciler.planning.forecast import forecast_fleet
from reconciler.reporting.fleet_totals import sum_rows

INCOMPLETE = 6


def summarise(rows: Sequence[FleetRow], seconds: float, jobs: int) -> FleetSummary:
    """The sums. seconds: of the whole run. jobs: accounts at once, for the forecast of applying all plans."""
    forecast = forecast_fleet([row.apply_seconds for row in rows], jobs)
    return sum_rows(rows, seconds=round(seconds, 3), apply_seconds=round(forecast, 1))


def make_unplanned(planned: FleetRow) -> FleetRow:
    """The row of an account that has no plan in the folder that is applied: what was not planned is not applied."""
    why = planned.errors[0] if planned.errors else "its plan was not saved"
    # A signal ended that run, not this one.
    code = planned.exit if planned.exit not in (None, 0, 2, 130, 143) else INCOMPLETE
    return FleetRow(
        planned.account, exit=code, errors=(f"not applied, since it was not planned: {why}", "  -> plan again")
    )
