"""Reading names: those that a file gives, and those of our own rows."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from backprop_cli.config.shape.scalars import complaint
from backprop_cli.functions.names import spelling
from backprop_cli.wording import did_you_mean, shown

LONGEST_NAME = 24
UNIT = re.compile("0|[1-9][0-9]{0,3}")  # a unit that is a number
TYPOGRAPHIC = "“”„‟‘’‚‛«»‹›"  # quotation marks of word processors


def check_name(name: str) -> str:
    """A name that can stand in a formula, be printed anywhere, and be told from every other.

    Inputs, neurons and layers may be numbered instead, as they are in textbooks.
    """
    if not name:
        raise complaint("a name is missing here")
    if UNIT.fullmatch(name):
        return name
    return check_parameter_name(name)


def check_parameter_name(name: str) -> str:
    """The same of a parameter, which no number can name."""
    if not (name.isidentifier() and name[0].isalpha() and name.isprintable()):
        bare = name.strip(TYPOGRAPHIC)
        if bare != name and bare.isidentifier():
            raise complaint(f"{shown(name)} has quotation marks of a word processor; remove them")
        raise complaint(
            f"{shown(name)} cannot be a name; "
            "names start with a letter and go on with letters, digits and underscores"
        )
    if len(name) > LONGEST_NAME:
        raise complaint(f"this name has {len(name)} characters; names have at most {LONGEST_NAME}")
    usual = unicodedata.normalize("NFKC", name)
    if usual != name:
        raise complaint(f"{shown(name)} has unusual forms of its letters; write {shown(usual)}")
    return name


def check_layer_name(name: str) -> str:
    """A layer's name; ``name`` tells an activation's settings from a mapping by layer."""
    if name == "name":
        raise complaint(
            "a layer cannot be called name, which is a key of activation:; choose another name"
        )
    return check_name(name)


def one_of(spellings: Mapping[str, str], what: str) -> Callable[[str], str]:
    """A reader of names that are known; ``spellings`` lead to the names (see `by_spelling`)."""

    def read(name: str) -> str:
        if found := spellings.get(spelling(name)):
            return found
        names = tuple(dict.fromkeys(spellings.values()))
        known = ", ".join(names)
        if not name:
            raise complaint(f"nothing is written here; write one of {known}")
        hint = did_you_mean(name, names)
        message = f"there is no {what} called {shown(name)}; "
        raise complaint(message + (f"{hint} Known: {known}" if hint else f"known: {known}"))

    return read
