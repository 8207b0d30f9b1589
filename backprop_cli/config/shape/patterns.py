"""Regular expressions of all that the reader takes for one word: JSON Schema knows no other way.

Words are of letters, digits and underscores, which mean themselves in every kind of expression.
"""

from collections.abc import Collection


def of_words(words: Collection[str]) -> str:
    """The pattern of some words in capitals and small letters (see ``scalars.read_flag``)."""
    return f"^({'|'.join(''.join(map(_in_any_case, word)) for word in words)})$"


def of_keys(names: Collection[str]) -> str:
    """The pattern of what `keys.plain` makes one of these names of."""
    return of_words(names).replace("_", "[-_ ]")


def of_spellings(spellings: Collection[str]) -> str:
    """The pattern of what `functions.names.spelling` makes one of these of."""
    gap = "[-_ ]*"
    names = (gap.join(map(_in_any_case, name)) for name in spellings)
    return f"^{gap}({'|'.join(names)}){gap}$"


def _in_any_case(letter: str) -> str:
    small, capital = letter.lower(), letter.upper()
    return letter if small == capital else f"[{small}{capital}]"
