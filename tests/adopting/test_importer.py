"""The text of imported manifests."""

from __future__ import annotations

from typing import Any

from reconciler.adopting.importer import Wish, make_drafts, make_text
from reconciler.adopting.judging import Judge
from reconciler.desired.scalars import reads_as_text
from reconciler.desired.secrets import SecretKeys
from reconciler.model import Live, Provider, SettingDefinition
from tests.desired.placing import make_desired

MODELINE = "../../schemas/manifest.schema.json"
ROWS = (
    SettingDefinition("api_key"),
    SettingDefinition("port"),
    SettingDefinition("a: b"),
    SettingDefinition("no"),
    SettingDefinition("route", deprecated=True),
    SettingDefinition("hosts", type="list"),
    SettingDefinition("retries", type="number"),
)


def make_wish(*, shown: bool = True, account: str | None = None) -> Wish:
    """As a command makes it."""
    return Wish(Judge(SecretKeys().matches, shown, lambda *_: False), reads_as_text, account)


def make_live(one: str = "5", name: str | None = "Main", status: str | None = "active", **settings: Any) -> Live:
    """An object of a provider with ROWS."""
    return Live(one, "9", Provider("7", "mitto\n", "sms", ROWS), name, status, settings)


def write(live: Live, wish: Wish | None = None, modeline: str | None = MODELINE) -> str:
    """Its manifest."""
    (draft,), refused = make_drafts([live], wish or make_wish())
    assert refused == []
    return make_text(draft, wish or make_wish(), modeline)


def test_a_manifest_says_all_in_a_sensible_order() -> None:
    """Modeline, provider, identity, settings; quotes where they must be, comments on what is left out."""
    live = make_live(
        name="x: y",
        api_key="s",
        port=587,
        route="r",
        hosts=["a", "5"],
        retries=5,
        **{"a: b": "+1", "no": "yes", "z\n": "secret?"},
    )
    text = write(live)
    assert text == (
        "# yaml-language-server: $schema=../../schemas/manifest.schema.json\n"
        "# mitto\\n: provider 7, sms\n"
        'id: "5"\n'
        'provider: "7"\n'
        'name: "x: y"\n'
        "status: active\n"
        "settings:\n"
        '  api_key: {secret: "env:HOOD_MITTO_X_Y_API_KEY"}\n'
        '  port: "587"\n'
        '  "a: b": "+1"\n'
        '  "no": "yes"\n'
        "  route: r  # deprecated by the provider\n"
        '  hosts: ["a", "5"]\n'
        "  retries: 5\n"
        '  # "z\\n": left out: mitto\\n does not define it\n'
    )
    assert make_desired(text).problems == []


def test_what_is_nothing_is_not_written() -> None:
    """A manifest of an id alone is one too; settings without a value become a comment."""
    text = write(make_live(name="n" * 101, status=None, zz="x"), modeline=None)
    assert text == (
        '# mitto\\n: provider 7, sms\nid: "5"\nprovider: "7"\n'
        "# name: left out: it has 101 characters, a manifest's has 1 to 100\n"
        "# zz: left out: mitto\\n does not define it\n"
    )
    assert make_desired(text).problems == []
    assert write(make_live(name=None, status=""), modeline=None).endswith('provider: "7"\n')


def test_hidden_secrets_may_be_uncommented() -> None:
    """What then stands there is valid."""
    text = write(make_live(port="1"), make_wish(shown=False))
    note = "  # the API does not show whether it is set; take the # away to manage it\n"
    line = '  # api_key: {secret: "env:HOOD_MITTO_MAIN_API_KEY"}\n'
    assert note + line in text
    uncommented = text.replace(line, line.replace("# ", ""))
    desired = make_desired(uncommented)
    assert desired.problems == []
    assert "api_key" in desired.manifests[0].settings
    alone = write(make_live(), make_wish(shown=False))
    lifted = alone.replace("\n# settings", "\nsettings").replace("\n#   ", "\n  ")
    assert "api_key" in make_desired(lifted).manifests[0].settings


def test_several_accounts_have_ids_of_their_own() -> None:
    """A map with the account's name, quoted where it must be."""
    assert 'id: {main: "5"}\n' in write(make_live(), make_wish(account="main"))
    assert 'id: {"on": "5"}\n' in write(make_live(), make_wish(account="on"))


def test_what_no_manifest_can_name_is_refused() -> None:
    """An id of other characters; a provider whose name and id are no words."""
    wish = make_wish()
    odd = Live("a.b", "9", Provider("7", "mitto", None, ROWS), "n", None)
    nameless = Live("6", "9", Provider("a b", "c/d", None, ROWS), "n", None)
    drafts, refused = make_drafts([odd, nameless, make_live()], wish)
    assert [draft.live.id for draft in drafts] == ["5"]
    assert [(one.id, one.reason) for one in refused] == [("a.b", "unwritable"), ("6", "unwritable")]


def test_drafts_know_what_they_refer_to_and_do_not_show_it() -> None:
    """Values that the API shows, by variable; repr tells none."""
    (draft,), _ = make_drafts([make_live(api_key="s3cret")], make_wish())
    assert draft.values == {"HOOD_MITTO_MAIN_API_KEY": "s3cret"}
    assert draft.used == {"api_key": "HOOD_MITTO_MAIN_API_KEY"}
    assert "s3cret" not in repr(draft)
    two, _ = make_drafts([make_live(), make_live("6", "main")], make_wish())
    assert [draft.spoiled for draft in two] == [True, True]
