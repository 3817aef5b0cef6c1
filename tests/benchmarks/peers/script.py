# mypy: ignore-errors
"""What somebody writes in an afternoon: PyYAML and requests, a GET of each object, a PATCH of what differs.

    python script.py FOLDER API TOKEN

It runs in its own environment, so that nothing of it is imported elsewhere. Of a 429 it waits as long as it is told.
"""

import pathlib
import sys
import time

import requests
import yaml

session = requests.Session()


def ask(method, url, **more):
    """One request; again after a 429."""
    while True:
        answer = session.request(method, url, timeout=30, **more)
        if answer.status_code != 429:
            answer.raise_for_status()
            return answer
        time.sleep(int(answer.headers.get("Retry-After", "1")))


def read_manifests(folder):
    """Every document of every file."""
    for file in sorted(pathlib.Path(folder).rglob("*.yaml")):
        with file.open() as opened:
            yield from yaml.safe_load_all(opened)


def compare(desired, live):
    """What a PATCH has to hold."""
    body = {}
    if desired["name"] != live["name"]:
        body["name"] = desired["name"]
    settings = {key: value for key, value in desired["settings"].items() if live["settings"].get(key) != value}
    if settings:
        body["settings"] = settings
    return body


def main(folder, api, token):
    """All objects, one after the other."""
    session.headers["Authorization"] = f"Bearer {token}"
    changed = 0
    for desired in read_manifests(folder):
        url = f"{api}/integrations/{desired['id']}"
        body = compare(desired, ask("GET", url).json())
        if body:
            ask("PATCH", url, json=body)
            changed += 1
    print(f"{changed} changed")


if __name__ == "__main__":
    main(*sys.argv[1:])
