# mypy: ignore-errors
"""An octoDNS provider of integrations: each is a TXT record whose text holds name and settings.

It runs in octoDNS's own environment, so that nothing of it is imported elsewhere. It reads list pages of 100, as
octoDNS's own providers do, and waits as long as a 429 tells.
"""

import logging
import time

import requests
from octodns.provider.base import BaseProvider
from octodns.record import Record


def make_text(name, settings):
    """The text of a record. TXT values want a backslash before each semicolon; there is none here."""
    return f"{name}|{settings.get('default_sender_email', '')}"


class HoodProvider(BaseProvider):
    """The integrations of one account, as the records of one zone."""

    SUPPORTS_GEO = False
    SUPPORTS_DYNAMIC = False
    SUPPORTS_ROOT_NS = False
    SUPPORTS = frozenset({"TXT"})

    def __init__(self, id, api, token, *args, **more):  # noqa: A002 -- the name that octoDNS passes
        self.log = logging.getLogger("HoodProvider")
        self._api, self._session = api, requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"
        super().__init__(id, *args, **more)

    def _ask(self, method, path, **more):
        while True:
            answer = self._session.request(method, f"{self._api}/{path}", timeout=30, **more)
            if answer.status_code != 429:
                answer.raise_for_status()
                return answer
            time.sleep(int(answer.headers.get("Retry-After", "1")))

    def populate(self, zone, target=False, lenient=False):
        """Adds a record for each integration; whether there is any."""
        page, before = 1, len(zone.records)
        while True:
            rows = self._ask("GET", f"integrations?page={page},100&sort=id").json()["items"]
            for row in rows:
                data = {"ttl": 3600, "type": "TXT", "values": [make_text(row["name"], row["settings"])]}
                zone.add_record(Record.new(zone, f"i{row['id']}", data, source=self, lenient=lenient), lenient=lenient)
            if len(rows) < 100:
                return len(zone.records) > before
            page += 1

    def _apply(self, plan):
        for change in plan.changes:
            name, _, email = change.new.values[0].partition("|")
            body = {"name": name, "settings": {"default_sender_email": email}}
            self._ask("PATCH", f"integrations/{change.new.name[1:]}", json=body)
