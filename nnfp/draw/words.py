"""Write numbers, counts and lists in the titles and labels of figures as a person would."""

import math
from collections.abc import Sequence

SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def number(value: float, *, digits: int = 2) -> str:
    """Write a number as a person would, rounded to four digits.

    Very large and very small numbers are written with a power of ten, after a factor of `digits`
    digits.
    """
    value += 0.0  # turns −0 into 0
    if value == 0 or 1e-3 <= abs(value) < 9999.5:
        text = f"{round(value, 4):.4g}"
    elif 9999.5 <= abs(value) < 1e6:
        text = f"{value:.0f}"
    elif math.isfinite(value):
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        power = f"10{str(int(exponent)).translate(SUPERSCRIPTS)}"
        # A person writes 10⁻⁴, not 1×10⁻⁴.
        times = {"1.0": "", "-1.0": "-"}.get(mantissa, f"{float(mantissa):g}×")
        text = times + power
    else:
        text = str(value).replace("inf", "∞")
    return text.replace("-", "−")


def plural(count: int, noun: str) -> str:
    """Return the noun in the form that goes with a count of it."""
    if count == 1:
        return noun
    return f"{noun}es" if noun.endswith("s") else f"{noun}s"


def counted(count: int, noun: str) -> str:
    """Write a count with its noun, such as `1 neuron` or `2 neurons`."""
    return f"{count} {plural(count, noun)}"


def listed(texts: Sequence[str]) -> str:
    """Join texts as in a sentence, with commas and a final `and`."""
    *first, last = texts
    return f"{', '.join(first)} and {last}" if first else last
