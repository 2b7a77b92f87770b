"""Find the numbers in a text, in digits and in words, and compare them by value."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

# A digit right after a letter belongs to a name, such as fc1. A minus right after a digit, a letter
# or a closing bracket is an operator, not a sign.
_START = r"(?<![A-Za-z\d.])"
_SIGN = r"(?:(?<![)\]}])[-−])?"
_EXPONENT = r"[eE][-−+]?\d+"
# Dates, versions and IP addresses are compared whole, as written.
_WHOLE = r"\d{4}-\d{2}-\d{2}(?!\d)|\d+(?:\.\d+){2,}"
_INTEGER = r"0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+"
_DIGITS = r"\d+(?:_\d+)*"
_GROUPED = r"\d{1,3}(?:,\d{3})+(?!\d)"
_FRACTION = rf"(?:\.\d+|\.(?={_EXPONENT}))?"


def _number(digits: str) -> re.Pattern[str]:
    decimal = rf"(?:(?:{digits}){_FRACTION}|\.\d+)(?:{_EXPONENT})?"
    return re.compile(rf"{_START}(?:{_WHOLE}|{_SIGN}(?:{_INTEGER}|{decimal}))")


# In code, a comma separates two numbers, as in f(1,100); elsewhere it may group digits.
NUMBER = _number(rf"{_GROUPED}|{_DIGITS}")
NUMBER_IN_CODE = _number(_DIGITS)
# A name with a digit in it, such as TF32 or v2.13, is compared like a number.
NAME = re.compile(r"(?<!\w)(?<!\d\.)[A-Za-z]+\d\w*(?:\.\d+)*")
# Number words up to twelve are not checked.
WORDS = {
    "half": Decimal("0.5"),
    "quarter": Decimal("0.25"),
    "tenth": Decimal("0.1"),
    "hundredth": Decimal("0.01"),
    "thousandth": Decimal("0.001"),
    "thirteen": Decimal(13),
    "fourteen": Decimal(14),
    "fifteen": Decimal(15),
    "sixteen": Decimal(16),
    "seventeen": Decimal(17),
    "eighteen": Decimal(18),
    "nineteen": Decimal(19),
    "twenty": Decimal(20),
    "thirty": Decimal(30),
    "forty": Decimal(40),
    "fifty": Decimal(50),
    "sixty": Decimal(60),
    "seventy": Decimal(70),
    "eighty": Decimal(80),
    "ninety": Decimal(90),
    "hundred": Decimal(100),
    "thousand": Decimal(1000),
    "million": Decimal(1000000),
    "billion": Decimal(1000000000),
}
# "Hundreds" and "millionths" are compared by the number word in them.
WORD = re.compile(rf"\b({'|'.join(WORDS)})(?:th)?s?\b", re.IGNORECASE)
_BIG = "|".join(word for word, value in WORDS.items() if value > 1)
_ANY = f"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|{_BIG}"
# Several number words in a row: their sum or product is easier to read in digits.
SEVERAL = re.compile(
    rf"\b(?:(?:{_ANY})[ -](?:{_BIG})|(?:{_BIG})[ -](?:and )?(?:{_ANY}))\b", re.IGNORECASE
)
# What follows a number: the word that it counts, or the operator that computes with it.
UNIT = re.compile(r"\}*(?P<unit>(?:\s+|-)?(?:\\?[^\W\d_]+|[%‰°=<>≈+−·×/]))")
_SYMBOL = re.compile(r"[^\x00-\x7F]")


def numbers_in_prose(text: str, names_in: str) -> list[re.Match[str]]:
    """Find all numbers in a line of prose, in order: in digits, in words, and signs such as ½.

    Args:
        text: The line.
        names_in: The same line without its inline code, to search for names with digits.
    """
    found = [*NUMBER.finditer(text), *WORD.finditer(text), *NAME.finditer(names_in)]
    signs = _SYMBOL.finditer(text)
    found += [sign for sign in signs if unicodedata.numeric(sign[0], None) is not None]
    return sorted(found, key=lambda match: match.start())


def value_of(text: str) -> Decimal | str:
    """Return the value of a number, so that different ways to write it compare equal.

    Names are compared in lower case, dates and versions as they are.

    Examples:
        >>> value_of("1,000") == value_of("1e3") == value_of("1_000.0") == value_of("thousand")
        True
        >>> value_of("TF32"), value_of("2.13.0"), value_of("0xFF")
        ('tf32', '2.13.0', Decimal('255'))
    """
    if NAME.fullmatch(text):
        return text.lower()
    if word := WORD.fullmatch(text):
        return WORDS[word[1].lower()]
    plain = text.replace(",", "").replace("_", "").replace("−", "-")
    try:
        if re.fullmatch(rf"-?(?:{_INTEGER})", plain):
            return Decimal(int(plain, 0))
        if len(text) == 1:
            return Decimal(str(unicodedata.numeric(text)))
        return Decimal(plain)
    except InvalidOperation:
        return text
