"""What the not-text rule reports can be put into quotes, and nothing else can."""

from __future__ import annotations

import pytest

from reconciler.desired.validate import make_path
from tests.desired.placing import make_desired

HEAD = 'id: "1"\nprovider: custom_email\n'


def unquoted(text: str, *, allow_literals: bool = False) -> list[tuple[str, str]]:
    """Paths and texts."""
    found = make_desired(text, account=None, allow_literals=allow_literals).unquoted
    return [(make_path(one.path), one.text) for one in found]


@pytest.mark.parametrize(
    "text", ["587", "+13345550100", "00123", "yes", "2024-05-23", "12:30:00", "true", "1_000", "1e3"]
)
def test_a_scalar_that_is_no_text_is_found_as_it_is_written(text: str) -> None:
    """Where the provider says text."""
    assert unquoted(f"{HEAD}settings:\n  port: {text} # c\n") == [("settings.port", text)]


def test_it_is_found_at_the_top_too() -> None:
    """Ids, names, keys; one for each account as well."""
    text = "id: {main: 1161, staging: 88}\nprovider: 1000\nname: 2024-05-23\nkey: 007\nstatus: on\n"
    assert sorted(unquoted(text)) == [
        ("id.main", "1161"),
        ("id.staging", "88"),
        ("key", "007"),
        ("name", "2024-05-23"),
        ("provider", "1000"),
        ("status", "on"),
    ]


def test_what_is_fine_is_left() -> None:
    """Text, null, numbers of a provider that nobody knows, and words that stand for nothing."""
    assert unquoted(f'{HEAD}settings:\n  port: "587"\n  username: me\n  sending_domain: null\n') == []
    assert unquoted('id: "1"\nprovider: unknown\nsettings:\n  port: 587\n') == []
    assert unquoted(f"{HEAD}name: ~\nsettings:\n  port:\n") == []
    assert unquoted("provider: unknown\nname: A\nsettings:\n  list: [yes, ~, 1]\n") == [("settings.list[0]", "yes")]


def test_a_secret_is_found_only_where_literal_secrets_are_allowed() -> None:
    """Else it is another fault; its text is in no repr."""
    text = f"{HEAD}settings:\n  password: 12345\n"
    assert unquoted(text) == []
    assert unquoted(text, allow_literals=True) == [("settings.password", "12345")]
    (found,) = make_desired(text, account=None, allow_literals=True).unquoted
    assert "12345" not in repr(found)


def test_a_slip_in_a_key_of_an_open_provider_is_a_remark() -> None:
    """It may have more keys than are known, so that only what is nearly one of these is suspected."""
    head = 'id: "1"\nprovider: mandrill\nsettings:\n'
    found = make_desired(f'{head}  defualt_sender_email: "a"\n  default_sender_name: "b"\n').warnings
    assert [(one.code, one.fix) for one in found] == [("suspect-setting", 'did you mean "default_sender_email"?')]
    assert found[0].source is not None
    assert (found[0].source.file, found[0].source.column) == ("settings.defualt_sender_email", 1)
    both = f'{head}  defualt_sender_email: "a"\n  default_sender_email: "b"\n'
    assert make_desired(both).warnings == []
    assert make_desired(f'{head}  defualt_sender_email: "a"\n', offline=False).warnings == []
