"""Turning what stands on the page, and reading it."""

from __future__ import annotations

from typing import Any

from ronn_jack.parameters import MAXIMUM_DRAWN_SEED, Group, Kind, Parameter, Value
from tests.page.looker import Looker

_IN_STRIP = ("mix", "bypass")
_IN_RACK = (Group.EQUALISER, Group.REVERB)


def turn(looker: Looker, row: Parameter, value: Value) -> None:
    """Give a parameter a value by its own control."""
    cell = _cell(looker, row)
    if row.kind is Kind.BOOL:
        cell.get_by_role("switch").click()
    elif row.kind is Kind.ENUM:
        cell.get_by_role("combobox").select_option(str(value))
    elif row.kind is Kind.NAME:
        cell.get_by_role("combobox").fill(str(value))
        cell.get_by_role("combobox").press("Enter")
    else:
        if not _is_typed(row):
            looker.dial(row.name).press("Enter")
        cell.locator("input").fill(str(value))
        cell.locator("input").press("Enter")


def shown(looker: Looker, row: Parameter) -> str:
    """Return what the control of a parameter shows, without its unit."""
    cell = _cell(looker, row)
    if row.kind is Kind.BOOL:
        checked = cell.get_by_role("switch").get_attribute("aria-checked")
        return {"true": "on", "false": "off"}[checked]
    if row.kind in (Kind.ENUM, Kind.NAME):
        return cell.get_by_role("combobox").input_value()
    if _is_typed(row):
        return cell.locator("input").input_value()
    words = looker.dial(row.name).get_attribute("aria-valuetext").replace("−", "-")
    return words.removesuffix(f" {row.unit}")


def plain(row: Parameter, value: Value) -> str:
    """Return a value as it is shown, without its unit."""
    return row.words(value).removesuffix(f" {row.unit}")


def _cell(looker: Looker, row: Parameter) -> Any:
    """Return the control of a parameter, in its view."""
    if row.name not in _IN_STRIP:
        looker.go_to("rack" if row.group in _IN_RACK else "play")
    return looker.page.locator(f"#{row.name}")


def _is_typed(row: Parameter) -> bool:
    """Say whether the value stands in a field: a name, or a seed."""
    seed = row.kind is Kind.INT and row.maximum > MAXIMUM_DRAWN_SEED
    return seed or row.kind is Kind.NAME
