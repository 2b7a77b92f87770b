"""The table that `make audit` prints."""

from typing import NamedTuple


class Row(NamedTuple):
    """A line of the table: what was measured, the threshold, and whether it is met."""

    what: str
    found: float
    threshold: str
    good: bool
    details: list[str]


def at_most(what: str, found: float, most: float, details: list[str]) -> Row:
    """Make a row for a value that must not exceed a limit."""
    return Row(what, found, f"at most {most}", found <= most, details)


def at_least(what: str, found: float, least: float, details: list[str]) -> Row:
    """Make a row for a value that must reach a limit."""
    return Row(what, found, f"at least {least}", found >= least, details)


def none_of(what: str, found: list[str]) -> Row:
    """Make a row for a list that must be empty."""
    return at_most(what, len(found), 0, found)


def show(rows: list[Row]) -> None:
    """Print the table, and below it the details of each row that misses its threshold."""
    for row in rows:
        print(f"{row.what:<50} {row.found:>10}  {row.threshold:<18} {'' if row.good else 'MISSED'}")
    for row in rows:
        if not row.good:
            print(f"\n{row.what}:", *row.details[:40], sep="\n  ")
