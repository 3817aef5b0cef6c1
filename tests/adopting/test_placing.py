"""Names of files and variables, no two alike."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.adopting.judging import Adopted, Item
from reconciler.adopting.placing import make_paths, make_variables
from reconciler.model import Live, Provider


def make_live(one: str, name: str | None, provider: str = "twilio") -> Live:
    """An object without settings."""
    return Live(one, "9", Provider("1000", provider), name, "active")


def make_adopted(one: str, name: str | None, *keys: str, provider: str = "twilio") -> Adopted:
    """An object with references."""
    items = tuple(Item(key, "reference") for key in keys)
    return Adopted(make_live(one, name, provider), name, "active", items, ())


def test_files_are_called_by_provider_and_slug() -> None:
    """Or by the id where there is no name; the second way has it in any case."""
    objects = [make_live("1", "Main SMS"), make_live("2", "!!!"), make_live("3", None, "a/b")]
    assert make_paths(objects) == {
        "1": ("twilio/main-sms.yaml", "twilio/main-sms.1.yaml"),
        "2": ("twilio/2.yaml", "twilio/2.2.yaml"),
        "3": ("a-b/3.yaml", "a-b/3.3.yaml"),
    }


def test_variables_are_called_by_provider_name_and_key() -> None:
    """The id stands in for a name that no variable could have."""
    names = make_variables([make_adopted("1", "Main SMS", "auth_token"), make_adopted("2", "語", "auth_token")], ())
    assert names == {
        ("1", "auth_token"): "HOOD_TWILIO_MAIN_SMS_AUTH_TOKEN",
        ("2", "auth_token"): "HOOD_TWILIO_2_AUTH_TOKEN",
    }


def test_shared_names_get_the_id() -> None:
    """All that share one, and one that another manifest uses already."""
    adopted = [
        make_adopted("1", "Main", "auth_token"),
        make_adopted("2", "main!", "auth_token"),
        make_adopted("3", "Other", "auth_token"),
        make_adopted("4", "Main 1", "auth_token"),
    ]
    assert list(make_variables(adopted, {"HOOD_TWILIO_OTHER_AUTH_TOKEN"}).values()) == [
        "HOOD_TWILIO_MAIN_1_AUTH_TOKEN_2",
        "HOOD_TWILIO_MAIN_2_AUTH_TOKEN",
        "HOOD_TWILIO_OTHER_3_AUTH_TOKEN",
        "HOOD_TWILIO_MAIN_1_AUTH_TOKEN",
    ]


words = st.sampled_from(["a", "A", "a b", "a_b", "", "1", "2", "語", "a 1"])
made = st.lists(st.tuples(words, st.sampled_from(["p", "p_a", "a"]), st.lists(words, unique=True)), max_size=5)


@settings(deadline=None)
@given(made, st.lists(st.sampled_from(["HOOD_P_A_A", "HOOD_P_A_1_A", "HOOD_A"])))
def test_no_two_references_share_a_variable(drawn: list[tuple[str, str, list[str]]], taken: list[str]) -> None:
    """Nor one that is taken."""
    adopted = [
        make_adopted(str(number), name, *keys, provider=provider) for number, (name, provider, keys) in enumerate(drawn)
    ]
    names = list(make_variables(adopted, taken).values())
    assert len({*names, *taken}) == len(names) + len(set(taken))
    assert all(name.startswith("HOOD_") for name in names)
