"""Turning what stands on the page, and reading it."""

from __future__ import annotations

from ronn_jack.parameters import Draw, Kind, Parameter, Value
from tests.page.looker import Looker


def turn(looker: Looker, row: Parameter, value: Value) -> None:
    """Give a parameter a value by its own control."""
    cell = looker.page.locator(f"#{row.name}")
    if row.kind is Kind.BOOL:
        cell.get_by_role("switch").click()
    elif row.kind is Kind.ENUM:
        cell.get_by_role("combobox").select_option(str(value))
    elif row.kind is Kind.NAME:
        cell.get_by_role("combobox").fill(str(value))
        cell.get_by_role("combobox").press("Enter")
    else:
        if row.draw is not Draw.SEED:
            looker.dial(row.name).press("Enter")
        cell.get_by_role("textbox").fill(str(value))
        cell.get_by_role("textbox").press("Enter")


def shown(looker: Looker, row: Parameter) -> str:
    """Return what the control of a parameter shows, without its unit."""
    cell = looker.page.locator(f"#{row.name}")
    if row.kind is Kind.BOOL:
        checked = cell.get_by_role("switch").get_attribute("aria-checked")
        return {"true": "on", "false": "off"}[checked]
    if row.kind in (Kind.ENUM, Kind.NAME):
        return cell.get_by_role("combobox").input_value()
    if row.draw is Draw.SEED:
        return cell.get_by_role("textbox").input_value()
    words = looker.dial(row.name).get_attribute("aria-valuetext").replace("−", "-")
    return words.removesuffix(f" {row.unit}")


def plain(row: Parameter, value: Value) -> str:
    """Return a value as it is shown, without its unit."""
    return row.words(value).removesuffix(f" {row.unit}")
