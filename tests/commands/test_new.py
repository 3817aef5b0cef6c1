"""`new` as a whole command line: what it prints validates."""

from __future__ import annotations

import pytest

from reconciler.sandbox.providers import PROVIDERS
from tests.commands.stage import Stage
from tests.commands.test_providers import of, serve_seed

LONG = "k" * 251
MAILGUN = """\
# yaml-language-server: $schema=../../schemas/manifest.schema.json
# mailgun: provider 1005, email
provider: mailgun
name: "Main: SMS"
lifecycle:
  create: true
settings:
  api_key: {secret: "env:HOOD_MAILGUN_MAIN_SMS_API_KEY"}  # API Key
  default_sender_email: ""  # Default Sender Email
  sending_domain: ""  # Sending Domain
  # region: left out: deprecated by the provider
"""


def test_every_key_is_there(stage: Stage) -> None:
    """Titles as comments, secrets as references, deprecated ones left out; nothing else on stdout."""
    ran = stage.run("new", "mailgun", "--name", "Main: SMS", "--create")
    assert ran.out == MAILGUN
    assert {entry.method for entry in stage.world.log} == {"GET"}
    assert stage.run("new", "1005", "--name", "Main: SMS", "--create", "--sandbox").out == MAILGUN


@pytest.mark.parametrize("provider", [one.name for one in PROVIDERS])
def test_what_is_printed_validates(stage: Stage, provider: str) -> None:
    """For every provider, to be created or not."""
    stage.write("manifests/main.yaml", stage.run("new", provider).out)
    stage.write("manifests/other.yaml", stage.run("new", provider, "--name", "Other", "--create").out)
    stage.run("schema")
    assert stage.run("validate", "--strict").out == "Checked 2 manifests in 2 files: valid.\n"


def test_required_keys_come_first_and_odd_types_are_typed(stage: Stage) -> None:
    """In the provider's own order otherwise."""
    rows = [
        {"name": "size", "type": "number"},
        {"name": "on", "type": "boolean"},
        {"name": LONG},
        {"name": "hosts", "type": "list", "required": True},
        {"name": "a\nb", "title": "T\n", "required": True},
    ]
    seed = {"providers": [{"id": "9", "name": "nine lives", "type": "sms", "settings": rows}]}
    with serve_seed(seed) as server:
        stage.write("manifests/main.yaml", stage.run("new", "nine lives", **of(server)).out)
    text = (stage.folder / "manifests/main.yaml").read_text()
    assert text.endswith(
        '# nine lives: provider 9, sms\nprovider: "9"\nname: New nine lives\nsettings:\n'
        "  hosts: []  # hosts, required, list\n"
        '  "a\\nb": ""  # T\\n, required\n'
        "  size: 0  # size, number\n"
        '  "on": false  # on, boolean\n'
        f"  # {'k' * 251}: left out: a manifest's keys have at most 250 characters\n".replace(
            "k" * 251, f'"{"k" * 251}"'
        )
    )
    stage.run("validate")


def test_a_manifest_is_written_where_nothing_is(stage: Stage) -> None:
    """With its variables; another of that name is refused."""
    ran = stage.run("new", "telegram", "--name", "Ops", "--to", "manifests")
    assert ran.out == "+ manifests/telegram/ops.yaml\nexport HOOD_TELEGRAM_OPS_BOT_TOKEN=\n"
    assert "is there already" in stage.run("new", "telegram", "--name", "Ops", "--to", "manifests", code=64).err
    assert (stage.folder / "manifests/telegram/ops.yaml").read_text().startswith("# yaml-language-server")


def test_without_a_token_schemas_serve(stage: Stage) -> None:
    """Those of schemas/, else the documented ones; so do they where the API cannot be reached, which is said."""
    stage.patch.delenv("OCAMBA_TOKEN")
    assert "default_phone_number" in stage.run("new", "twilio").out
    assert "# mandrill\n" in stage.run("new", "mandrill").out
    assert "known here: custom_email, mandrill, twilio" in stage.run("new", "qqq", code=64).err
    stage.run("schema", OCAMBA_TOKEN=stage.world.token)
    assert "traffic_account" in stage.run("new", "mitto").out
    ran = stage.run("new", "mitto", OCAMBA_TOKEN="x", RECONCILER_API="http://127.0.0.1:9/v1/hood")
    assert "made from schemas instead" in ran.err
    assert "traffic_account" in ran.out
    stage.write("schemas/providers/mitto.json", '{"x-provider": ')
    assert "is a schema of reconciler's that is damaged" in stage.run("new", "mitto", code=3).err


def test_an_unknown_provider_names_the_nearest(stage: Stage) -> None:
    """Whatever its case."""
    assert "did you mean twilio?" in stage.run("new", "Twillio", code=64).err
    assert "there is no provider" in stage.run("new", "", code=64).err
    assert "--name: a name has 1 to 100" in stage.run("new", "twilio", "--name", "x" * 101, code=64).err


def test_a_provider_that_tells_nothing_is_known_by_schemas_or_not_at_all(stage: Stage) -> None:
    """Of the documented ones enough is known."""
    with serve_seed(provider_settings="empty") as server:
        assert "nobody tells which settings ten has" in stage.run("new", "ten", code=64, **of(server)).err
    seed = {"providers": [{"id": "1000", "name": "twilio_sms", "type": "sms"}]}
    with serve_seed(seed) as server:
        assert "default_phone_number" in stage.run("new", "twilio", **of(server)).out
