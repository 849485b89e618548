"""Names and firms as two sources write them."""

import unicodedata

_DOTS = str.maketrans(dict.fromkeys("•‧・･∙⋅.", "·"))


def plain(name: str) -> str:
    """Full-width letters, blanks, capitals and the several dots of minority names make no difference."""
    return "".join(unicodedata.normalize("NFKC", name).split()).translate(_DOTS).casefold()
