"""What a validation found, as it is printed."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from reconciler.model.common import Problem

VALIDATE_FORMAT = "reconciler.validate/1"


class Validation(Struct, frozen=True):
    """The answer of `validate`, and of every verb that ends 3. fixed: what --fix put into quotes."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()
    format: str = VALIDATE_FORMAT
    fixed: tuple[Problem, ...] | UnsetType = UNSET
