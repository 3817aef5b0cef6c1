"""Every value that flows between the rooms: frozen, plain, without logic beyond small properties.

    YAML -> Manifest ┐
                     ├-> Change ... Plan -> Outcome ... Report
    API  -> Live    ─┘

A settings value is `Setting`: text; `Plain` where a YAML version reads the unquoted scalar as something else than
text; None for "clear this key"; SecretRef for a reference; a list for the rare provider that defines no string.
Plan and Report are written as JSON just as they stand here; schemas/plan.schema.json and
schemas/report.schema.json are generated from these types, as schemas/show.schema.json is from Show.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from reconciler.model.common import Commit, Json, Path, Problem, SecretRef, Source
from reconciler.model.desired import Allowed, Command, Lifecycle, Manifest, Origin, Plain, Setting

if TYPE_CHECKING:
    from reconciler.model.accepted import ACCEPT_FORMAT, Acceptance, AcceptedField, AcceptedIntegration, AcceptSummary
    from reconciler.model.catalogue import CATALOGUE_FORMAT, Catalogue, CatalogueProvider, CatalogueSetting
    from reconciler.model.doctor import DOCTOR_FORMAT, Check, Diagnosis
    from reconciler.model.fleet import FLEET_FORMAT, FleetReport, FleetRow, FleetSummary, Shard
    from reconciler.model.imported import IMPORT_FORMAT, Imported, ImportedFile, LeftOut, NotImported, SecretVariable
    from reconciler.model.kept import SNAPSHOT_FORMAT, KeptObject, KeptSnapshot
    from reconciler.model.live import Live, Provider, SettingDefinition, Snapshot
    from reconciler.model.plan import (
        PLAN_FORMAT,
        Change,
        Dropped,
        FieldChange,
        Plan,
        PlanSummary,
        Refusal,
        Seen,
        Unmanaged,
    )
    from reconciler.model.report import (
        REPORT_FORMAT,
        AppliedBy,
        FieldVerdict,
        Moved,
        Outcome,
        OutcomeStatus,
        Report,
        ReportSummary,
        Requests,
    )
    from reconciler.model.shown import (
        SHOW_FORMAT,
        InSync,
        LiveState,
        Show,
        ShownField,
        ShownIntegration,
        ShowSummary,
        Verdict,
    )
    from reconciler.model.trial import TRIAL_FORMAT, TrialReport
    from reconciler.model.validation import VALIDATE_FORMAT, Validation

__all__ = [
    "ACCEPT_FORMAT",
    "CATALOGUE_FORMAT",
    "DOCTOR_FORMAT",
    "FLEET_FORMAT",
    "IMPORT_FORMAT",
    "PLAN_FORMAT",
    "REPORT_FORMAT",
    "SHOW_FORMAT",
    "SNAPSHOT_FORMAT",
    "TRIAL_FORMAT",
    "VALIDATE_FORMAT",
    "AcceptSummary",
    "Acceptance",
    "AcceptedField",
    "AcceptedIntegration",
    "Allowed",
    "AppliedBy",
    "Catalogue",
    "CatalogueProvider",
    "CatalogueSetting",
    "Change",
    "Check",
    "Command",
    "Commit",
    "Diagnosis",
    "Dropped",
    "FieldChange",
    "FieldVerdict",
    "FleetReport",
    "FleetRow",
    "FleetSummary",
    "Imported",
    "ImportedFile",
    "InSync",
    "Json",
    "KeptObject",
    "KeptSnapshot",
    "LeftOut",
    "Lifecycle",
    "Live",
    "LiveState",
    "Manifest",
    "Moved",
    "NotImported",
    "Origin",
    "Outcome",
    "OutcomeStatus",
    "Path",
    "Plain",
    "Plan",
    "PlanSummary",
    "Problem",
    "Provider",
    "Refusal",
    "Report",
    "ReportSummary",
    "Requests",
    "SecretRef",
    "SecretVariable",
    "Seen",
    "Setting",
    "SettingDefinition",
    "Shard",
    "Show",
    "ShowSummary",
    "ShownField",
    "ShownIntegration",
    "Snapshot",
    "Source",
    "TrialReport",
    "Unmanaged",
    "Validation",
    "Verdict",
]

_LATER = {
    "accepted": "ACCEPT_FORMAT Acceptance AcceptedField AcceptedIntegration AcceptSummary",
    "catalogue": "CATALOGUE_FORMAT Catalogue CatalogueProvider CatalogueSetting",
    "doctor": "DOCTOR_FORMAT Check Diagnosis",
    "fleet": "FLEET_FORMAT FleetReport FleetRow FleetSummary Shard",
    "imported": "IMPORT_FORMAT Imported ImportedFile LeftOut NotImported SecretVariable",
    "kept": "SNAPSHOT_FORMAT KeptObject KeptSnapshot",
    "live": "Live Provider SettingDefinition Snapshot",
    "plan": "PLAN_FORMAT Change Dropped FieldChange Plan PlanSummary Refusal Seen Unmanaged",
    "report": ("REPORT_FORMAT AppliedBy FieldVerdict Moved Outcome OutcomeStatus Report ReportSummary Requests"),
    "shown": "SHOW_FORMAT InSync LiveState Show ShownField ShownIntegration ShowSummary Verdict",
    "trial": "TRIAL_FORMAT TrialReport",
    "validation": "VALIDATE_FORMAT Validation",
}
"""Modules that few commands need: each is imported when one of its names is first asked for."""
_HOMES = {name: home for home, names in _LATER.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """A value of one of the modules above."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
