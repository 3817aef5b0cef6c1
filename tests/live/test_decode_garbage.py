"""JSON of another shape, and what is no JSON: one of two errors, never another."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.live.decode import Decoder, NotJsonError, ShapeError, decode_json
from tests.live.samples import ITEM, body, without

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@pytest.mark.parametrize(
    "value",
    [
        "text",
        7,
        None,
        True,
        [1],
        [None],
        ["1161"],
        [[ITEM]],
        {"items": 5},
        {"items": {"1": ITEM}},
        {"code": 400, "title": "Bad request."},
        [without("id")],
        [{**ITEM, "id": None}],
        [{**ITEM, "id": 1.5}],
        [{**ITEM, "id": True}],
        [{**ITEM, "id": ""}],
        [{**ITEM, "id": "../1"}],
        [{**ITEM, "id": ".."}],
        [{**ITEM, "id": "1/2"}],
        [{**ITEM, "id": "1?x"}],
        [{**ITEM, "id": "1" * 65}],
        [{**ITEM, "name": 5}],
        [{**ITEM, "status": []}],
        [{**ITEM, "settings": "x"}],
        [{**ITEM, "settings": ["x"]}],
        [{**ITEM, "provider": [1]}],
        [{**ITEM, "provider": {"id": "1", "settings": [{"title": "no name"}]}}],
        [{**ITEM, "provider": {"id": "1", "settings": {"a": {}}}}],
    ],
)
def test_another_shape_is_told_without_its_values(value: Any) -> None:
    """What the JSON should have been is said; nothing of what it was."""
    with pytest.raises(ShapeError) as caught:
        Decoder().make_page(body(value))
    assert "f9c" not in str(caught.value)
    assert caught.value.__context__ is None or isinstance(caught.value.__context__, ShapeError)


@pytest.mark.parametrize("value", ["x", {"code": 1}, [{"name": "no id or so"}, {"id": ""}], [{"settings": 5}]])
def test_providers_of_another_shape_are_refused(value: Any) -> None:
    """GET /providers is held to its shape, too."""
    with pytest.raises(ShapeError):
        Decoder().make_providers(body(value))


def test_an_object_without_an_id_is_refused() -> None:
    """GET by id needs an integration."""
    with pytest.raises(ShapeError, match="id"):
        Decoder().make_objects(body({"code": 200}))


@pytest.mark.parametrize(
    "raw", [b"", b"<html>", b'{"items": [', b"\xff\xfe", b'{"total": "\xff"}', b"[] x", b"NaN", b"\x00"]
)
def test_what_is_not_json_may_be_asked_again(raw: bytes) -> None:
    """Cut off, empty, HTML or binary: its length is told and nothing of it."""
    for decode in (decode_json, Decoder().make_page, Decoder().make_objects, Decoder().make_providers):
        with pytest.raises(NotJsonError) as caught:
            decode(raw)
        assert str(caught.value) == (f"is not JSON ({len(raw):,} bytes)" if raw else "is empty")
        assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "raw", [b"[" * 100_000, b'[{"id":"1","settings":' + b'{"a":' * 100_000, b'[{"id":"1","provider":' + b"[" * 100_000]
)
def test_depth_is_not_a_crash(raw: bytes) -> None:
    """A hundred thousand brackets are an error like any other."""
    for decode in (decode_json, Decoder().make_page):
        with pytest.raises((ShapeError, NotJsonError)):
            decode(raw)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_nothing_else_is_ever_raised(raw: bytes) -> None:
    """Whatever the bytes, there is a value or one of two errors."""
    for decode in (decode_json, Decoder().make_page, Decoder().make_objects, Decoder().make_providers):
        try:
            decode(raw)
        except (NotJsonError, ShapeError) as error:
            assert str(error)  # noqa: PT017 -- either outcome is right


@given(st.fixed_dictionaries({}, optional=dict.fromkeys((*ITEM, "effective_status", "extra"), JSON)))
def test_an_item_of_any_json_is_an_object_or_an_error(fields: dict[str, Any]) -> None:
    """Each field may hold anything."""
    try:
        [live] = Decoder().make_page(body([{**ITEM, **fields}])).items
    except (NotJsonError, ShapeError) as error:
        assert str(error)  # noqa: PT017 -- either outcome is right
    else:
        assert live.id == str(fields.get("id", "1161"))
