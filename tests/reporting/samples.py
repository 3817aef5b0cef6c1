"""A plan with every kind of line, and a report with every status and verdict."""

from __future__ import annotations

from typing import Any

import msgspec

from reconciler.model import (
    Change,
    Dropped,
    FieldChange,
    FieldVerdict,
    Moved,
    Outcome,
    Plan,
    PlanSummary,
    Problem,
    Refusal,
    Report,
    ReportSummary,
    Requests,
    Seen,
    Source,
    Unmanaged,
)

SMS = "manifests/sms/twilio.yaml"
MAIL = "manifests/email/mail.yaml"


def place(line: int, column: int = 3, file: str = SMS) -> Source:
    """A place in a manifest."""
    return Source(file, line, column)


def make_change(**fields: Any) -> Change:
    """The contract's example, with some fields replaced."""
    phone = FieldChange(("settings", "default_phone_number"), "+13345550100", "+14445550100", False, place(9, 25))
    token = FieldChange(
        ("settings", "auth_token"), None, None, True, place(8, 15), reference="env:HOOD_TWILIO_AUTH_TOKEN"
    )
    change = Change(
        action="update",
        address="twilio/main-sms",
        id="1161",
        provider="twilio",
        name="Example Integration",
        source=place(2, 1),
        fields=(phone, token),
        dropped=(Dropped(("settings", "defualt_phone_number"), place(10), "default_phone_number"),),
        seen=Seen("2024-05-23 06:33:01", "sha256:00", (("name",),), ((("name",), "Example Integration"),)),
        body={"settings": {"default_phone_number": "+14445550100", "auth_token": {"secret": "env:X"}}},
    )
    return msgspec.structs.replace(change, **fields)


def make_plan(*changes: Change, **fields: Any) -> Plan:
    """A plan of these changes; summary and the rest as named."""
    plan = Plan(
        tool="0.1.0",
        api="https://api.example.test/v1/hood",
        account="main",
        company_id="6197120",
        created="2026-11-22T10:00:00Z",
        expires="2026-11-29T10:00:00Z",
        config=None,
        summary=PlanSummary(),
        changes=changes,
        unmanaged=(),
        warnings=(),
    )
    return msgspec.structs.replace(plan, **fields)


SAMPLE = make_plan(
    make_change(), summary=PlanSummary(update=1, unchanged=41, unmanaged=2, dropped=1, requests=4, seconds=0.4)
)
"""The plan of contract section 7."""


def _setting(key: str, before: Any, after: Any, line: int, **fields: Any) -> FieldChange:
    change = FieldChange(("settings", key), before, after, False, place(line, 17, MAIL))
    return msgspec.structs.replace(change, **fields)


def _mail_change() -> Change:
    return make_change(
        address="custom_email/newsletter",
        id="1170",
        provider="custom_email",
        source=place(1, 1, MAIL),
        fields=(
            FieldChange(("name",), "Post\u202egnp.exe", "日本語のお知らせ", False, place(3, 7, MAIL)),
            _setting("sending_domain", None, "ex.example.com", 5, action="add"),
            _setting("default_sender_name", "John \x1b[31mDoe\x07", None, 6, action="clear"),
            _setting("footer", "x" * 90 + "old" + "y" * 90, "x" * 90 + "new" + "y" * 90, 7),
            _setting("port", 587, "587", 8),
            _setting("tags", ["a"], ["a", "b\u200bc"], 9),
            _setting("dotted.key", None, "caf\u00e9", 10, action="add"),
            _setting("place", "caf\u00e9", "cafe\u0301", 11),
            _setting("api_key", None, None, 12, secret=True, reference="literal:custom_email/x#settings.api_key"),
            _setting("webhook_url", None, None, 13, secret=True),
            _setting("private", None, None, 14, secret=True, action="clear"),
            _setting("password", None, None, 15, secret=True, reference="env:HOOD_MAIL_PASSWORD"),
        ),
        dropped=(Dropped(("settings", "smtp_host"), place(20, 3, MAIL)),),
        unseen=(("settings", "password"), ("settings", "username"), ("settings", "token"), ("settings", "pin")),
        along={"username": "someone@example.com", "token": {"secret": "env:HOOD_TOKEN"}},
        refused=(
            Refusal("max_changes", "3 changes, guard.max_changes allows 2", "guard: {max_changes: 3}"),
            Refusal("lifecycle.guard", "name is guarded", "take name out of lifecycle.guard", place(3, 7, MAIL)),
        ),
        overridden=(
            Refusal("max_percent", "3 of 10 managed objects change", "--override max_percent"),
            Refusal(
                "deactivate", 'an active integration would become "off\x07"', "--override deactivate", place(4, 9, MAIL)
            ),
        ),
    )


def make_full_plan() -> Plan:
    """Every kind of line that a plan may hold."""
    count_rule = Refusal("max_changes", "3 changes, guard.max_changes allows 2", "guard: {max_changes: 3}")
    unknown = Problem("unknown-id", "id 9999 is not known to the API", place(31, 5), "correct the id or remove it")
    create = make_change(
        action="create",
        address="mitto/late",
        id=None,
        provider="mitto",
        source=place(40, 1),
        fields=(FieldChange(("status",), None, "active", False, place(41, 9), "add"),),
        dropped=(),
    )
    return make_plan(
        make_change(
            refused=(count_rule,),
            overridden=(Refusal("max_percent", "3 of 10 managed objects change", "--override max_percent"),),
        ),
        _mail_change(),
        msgspec.structs.replace(create, refused=(count_rule,)),
        make_change(
            action="none", address="twilio/gone", id="9999", source=place(30, 1), fields=(), dropped=(), error=unknown
        ),
        make_change(action="none", address="twilio/typo", id="1164", source=place(50, 1), fields=()),
        make_change(
            action="none",
            address="twilio/quiet",
            id="1165",
            source=place(60, 1),
            fields=(),
            dropped=(),
            unseen=(("settings", "auth_token"),),
        ),
        make_change(action="none", address="twilio/said-below", fields=(), dropped=()),
        summary=PlanSummary(
            create=1,
            update=2,
            unchanged=3,
            unmanaged=2,
            out_of_scope=4,
            dropped=3,
            unseen=5,
            blocked=1,
            requests=9,
            seconds=61,
        ),
        unmanaged=(Unmanaged("1170", "Old \x9b31m", "mitto"), Unmanaged("1171", None, "telegram")),
        warnings=(
            Problem("dropped-setting", "settings.smtp_host: dropped", place(20, 3, MAIL)),
            Problem("unseen-setting", "settings.auth_token: the API hides its live value", place(62, 3)),
            Problem(
                "default-differs", "is_default: is true, live it is false", place(70, 3), "change it in the console"
            ),
            Problem("odd", "the list of the API was cut short"),
        ),
        errors=(unknown,),
        complete=False,
        overrides=("deactivate", "max_percent"),
    )


def make_full_report() -> Report:
    """Every status and verdict that a report may hold."""
    address = "twilio/"
    fields = (
        FieldVerdict(("name",), "applied"),
        FieldVerdict(("settings", "port"), "coerced", 'stored as 587: write "587"'),
        FieldVerdict(("settings", "auth_token"), "masked"),
    )
    unsure = (
        FieldVerdict(("settings", "a"), "dropped"),
        FieldVerdict(("settings", "b"), "lost"),
        FieldVerdict(("status",), "degraded"),
        FieldVerdict(("settings", "c"), "coerced"),
        FieldVerdict(("settings", "d"), "applied"),
    )
    outcomes = (
        Outcome(address + "main-sms", "1161", "update", "applied", 1, fields, source=place(2, 1)),
        Outcome("mitto/new", None, "create", "applied", 2, source=place(40, 1)),
        Outcome(address + "same", "1162", "update", "unchanged"),
        Outcome(
            address + "bad", "1163", "update", "failed", 4, (), "the API answered 500 four times", "a1\x1b[2J", place(9)
        ),
        Outcome(
            address + "moved",
            "1164",
            "update",
            "stale",
            0,
            (),
            "left alone \u202e: plan again",
            None,
            place(9),
            moved=(
                Moved(("name",), "Then", "Now \u202e", None),
                Moved(("settings", "port"), None, 587, "5" * 200),
                Moved(("settings", "pin"), None, None, None, secret=True),
            ),
        ),
        Outcome(address + "unsure", "1165", "update", "unverified", 1, unsure, source=place(9)),
        Outcome(address + "later", "1166", "update", "skipped", source=place(9)),
        Outcome(address + "traced", "1167", "update", "skipped", trace_id="b2", source=place(9)),
    )
    return Report(
        plan="sha256:00",
        account="main",
        summary=ReportSummary(applied=2, unchanged=1, failed=1, stale=1, unverified=1, skipped=2),
        outcomes=outcomes,
        requests=Requests(get=3, patch=8, post=1, throttled=1, retried=4),
        seconds=125,
        exit_code=6,
        notes=("PATCH merges settings: commit `settings_patch: changed` to reconciler.yaml.",),
        warnings=(Problem("slow", "headers told of another client"),),
    )
