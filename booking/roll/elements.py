"""What an XML part has in it, counted as it streams by, before any reader makes a tree of it."""

from xml.parsers import expat

MOST_IN_A_ROW = 100_000
_OTHER_ALPHABETS = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")


class TooMany(Exception):
    """More elements than a reader should be given."""


class NotPlain(Exception):
    """Not UTF-8, or with a document type, and its entities could grow without end: no workbook has either."""


class Elements:
    """Counts what a reader keeps until the end: all but the inside of a sheet's rows, which goes with each row."""

    def __init__(self, most: int):
        self._most, self._kept, self._in_row, self._depth, self._row_at = most, 0, 0, 0, 0
        self._begun = self._no_xml = False
        parser = self._parser = expat.ParserCreate()
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._typed
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def look(self, piece: bytes) -> None:
        """Raises TooMany, NotPlain. What is no XML, as a picture, no reader can take for such either."""
        if not self._begun and piece.startswith(_OTHER_ALPHABETS):
            raise NotPlain
        self._begun = True
        if self._no_xml:
            return
        try:
            self._parser.Parse(piece, False)
        except expat.ExpatError:
            self._no_xml = True

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding and encoding.upper() != "UTF-8":
            raise NotPlain

    def _typed(self, *_: object) -> None:
        raise NotPlain

    def _start(self, name: str, _: object) -> None:
        self._depth += 1
        if self._row_at:
            self._in_row += 1
            if self._in_row > MOST_IN_A_ROW:
                raise TooMany
            return
        self._kept += 1
        if self._kept > self._most:
            raise TooMany
        if self._depth == 3 and name.rpartition(":")[2] == "row":
            self._row_at, self._in_row = self._depth, 0

    def _end(self, _: str) -> None:
        if self._depth == self._row_at:
            self._row_at = 0
        self._depth -= 1
