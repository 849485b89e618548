"""QR codes as pictures in the page itself."""

import segno


def picture(text: str) -> str:
    """A data URI for an `img`."""
    found: str = segno.make(text, error="m", micro=False).svg_data_uri(scale=5, border=3)
    return found
