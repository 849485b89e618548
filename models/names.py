"""Names and firms as two sources write them."""

import unicodedata

_DOTS = str.maketrans(dict.fromkeys("•‧・･∙⋅.", "·"))


def plain(name: str) -> str:
    """Full-width letters, blanks, capitals and the several dots of minority names make no difference."""
    return "".join(unicodedata.normalize("NFKC", name).split()).translate(_DOTS).casefold()


def spellings(name: str) -> list[str]:
    """The ways a name may stand in a table, to be found by an index: with any of the dots, and as it was typed."""
    clean = "".join(unicodedata.normalize("NFKC", name).split()).translate(_DOTS)
    return sorted({name, clean} | {clean.replace("·", chr(dot)) for dot in _DOTS})
