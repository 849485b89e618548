"""What an XML part has in it, counted as it streams by, before any reader makes a tree of it.

A reader's time and memory go by what a part has, not by its size packed: ten kilobytes can be ten million elements, one
tag with a million attributes, or a comment that is begun anew with each piece that comes.
"""

from collections.abc import Sequence
from xml.parsers import expat

ROW = "http://schemas.openxmlformats.org/spreadsheetml/2006/main}row"
# Of all parts that are read, together: 50,000 lines of 20 columns are three million elements.
MOST_ELEMENTS = 8_000_000
MOST_ATTRIBUTES = 32_000_000
MOST_IN_A_ROW = 20_000  # elements: offices colour all 16,384 cells of a line
MOST_ROW_BYTES = 4_000_000
MOST_TAG_BYTES = 64 * 1024  # of a tag or a comment, which comes as one and is looked at anew until it is whole
MOST_DEPTH = 100
MOST_NAMES = 1000  # different ones: each is kept until the end
MOST_NAME = 600  # characters, with the address that its prefix stands for
_OTHER_ALPHABETS = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")


class TooMany(Exception):
    """More than a reader should be given."""


class NotPlain(Exception):
    """Not UTF-8, or with a document type, and its entities could grow without end: no workbook has either."""


class Sum:
    """Of all parts of one workbook."""

    def __init__(self) -> None:
        self.elements = self.attributes = 0


class Elements:
    """Of one part. What a reader keeps until the end is counted apart, elements and bytes: all but the inside of a
    sheet's rows, which goes with each row."""

    def __init__(self, most: int, most_bytes: int, sum_: Sum):
        self._most, self._most_bytes, self._sum = most, most_bytes, sum_
        self._kept = self._in_row = self._depth = 0
        self._fed = self._of_rows = 0  # bytes
        self._row_began: int | None = None
        self._names: set[str] = set()
        self._no_xml = False
        parser = self._parser = expat.ParserCreate(namespace_separator="}")
        parser.ordered_attributes = True
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._typed
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartNamespaceDeclHandler = self._prefix

    def look(self, piece: bytes) -> None:
        """Raises TooMany, NotPlain. What is no XML, as a picture, no reader can take for such either."""
        if not self._fed and piece.startswith(_OTHER_ALPHABETS):
            raise NotPlain
        if self._no_xml:
            return
        self._fed += len(piece)
        try:
            self._parser.Parse(piece, False)
        except expat.ExpatError:
            self._no_xml = True
        else:
            self._measure()

    def _measure(self) -> None:
        """expat stands before what has begun and is not whole."""
        row, whole = self._row_began, max(0, self._parser.CurrentByteIndex)
        kept = (self._fed if row is None else row) - self._of_rows
        of_row = 0 if row is None else self._fed - row
        if self._fed - whole > MOST_TAG_BYTES or kept > self._most_bytes or of_row > MOST_ROW_BYTES:
            raise TooMany

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding and encoding.upper() != "UTF-8":
            raise NotPlain

    def _typed(self, *_: object) -> None:
        raise NotPlain

    def _prefix(self, prefix: str | None, address: str | None) -> None:
        """An address is copied out with every name that its prefix stands before."""
        self._new(f"{prefix} {address}")

    def _new(self, name: str) -> None:
        self._names.add(name)
        if len(name) > MOST_NAME or len(self._names) > MOST_NAMES:
            raise TooMany

    def _start(self, name: str, attributes: Sequence[str]) -> None:
        """Called for each of millions."""
        for each in (name, *attributes[::2]):
            if each not in self._names:
                self._new(each)
        self._depth += 1
        self._sum.elements += 1
        self._sum.attributes += len(attributes) // 2
        if self._depth > MOST_DEPTH or self._sum.elements > MOST_ELEMENTS or self._sum.attributes > MOST_ATTRIBUTES:
            raise TooMany
        if self._row_began is None:
            self._keep(name)
            return
        self._in_row += 1
        if self._in_row > MOST_IN_A_ROW:
            raise TooMany

    def _keep(self, name: str) -> None:
        self._kept += 1
        if self._kept > self._most:
            raise TooMany
        if self._depth == 3 and name == ROW:
            self._row_began, self._in_row = self._parser.CurrentByteIndex, 0

    def _end(self, _: str) -> None:
        if self._depth == 3 and self._row_began is not None:
            self._of_rows += self._parser.CurrentByteIndex - self._row_began
            self._row_began = None
        self._depth -= 1
