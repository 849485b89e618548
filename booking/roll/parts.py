"""The parts of an Excel workbook from a stranger: measured before they are unpacked, counted before they are read."""

import io
import zipfile
from typing import IO, Any

from booking.roll.elements import Elements, Sum, TooMany

MOST_UNPACKED_BYTES = 300_000_000
MOST_PARTS = 1000
# Read as a whole, not as a stream: shared texts, and all that is no sheet.
MOST_TEXT_BYTES = 60_000_000
MOST_OTHER_BYTES = 5_000_000
MOST_BESIDE_ROWS_BYTES = 20_000_000
# An element of four letters takes a hundred bytes of memory, and ten of them pack into one.
MOST_TEXT_ELEMENTS = 2_000_000
MOST_OTHER_ELEMENTS = 100_000
MOST_ROWS = 300_000
PIECE_BYTES = 16 * 1024
SHEETS = "xl/worksheets/"
_TEXTS = "xl/sharedStrings.xml"
_PICTURES = "xl/media/"


class NoWorkbook(Exception):
    """An archive of something else."""


class Parts(zipfile.ZipFile):
    """Raises TooMany and NotPlain where a part is opened that no reader should be given."""

    def __init__(self, raw: bytes):
        """Raises TooMany, NoWorkbook, and whatever zipfile trips over."""
        super().__init__(io.BytesIO(raw))
        self._sum, self._seen = Sum(), set[str]()
        self._measure()

    def _measure(self) -> None:
        """By what the archive declares first, which costs nothing, then by unpacking it into the void."""
        parts = self.infolist()
        names = [part.filename for part in parts]
        if "xl/workbook.xml" not in names and not any(name.startswith(SHEETS) for name in names):
            raise NoWorkbook
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
            raise TooMany
        unpacked = 0
        for part in parts:
            unpacked += self._unpack(part, min(_most(part.filename), MOST_UNPACKED_BYTES - unpacked))

    def _unpack(self, part: zipfile.ZipInfo, most: int) -> int:
        """How many bytes it really has."""
        size = 0
        with super().open(part) as stream:
            while piece := stream.read(1 << 16):
                size += len(piece)
                if size > most:
                    raise TooMany
        return size

    def open(self, name: str | zipfile.ZipInfo, mode: Any = "r", *others: Any, **more: Any) -> IO[bytes]:
        """For a reader: what nobody reads, as a picture, is not looked at."""
        named = name if isinstance(name, str) else name.filename
        if named not in self._seen:
            self._look(named)
            self._seen.add(named)
        return super().open(name, mode, *others, **more)

    def _look(self, name: str) -> None:
        elements = Elements(_most_elements(name), _most_kept(name), self._sum)
        with super().open(name) as stream:
            while piece := stream.read(PIECE_BYTES):
                elements.look(piece)

    def read(self, name: str | zipfile.ZipInfo, pwd: bytes | None = None) -> bytes:
        """As a whole, which no sheet is."""
        if self.getinfo(name if isinstance(name, str) else name.filename).file_size > MOST_OTHER_BYTES:
            raise TooMany
        return super().read(name, pwd)


def _most(name: str) -> int:
    if name.startswith((SHEETS, _PICTURES)):
        return MOST_UNPACKED_BYTES
    return MOST_TEXT_BYTES if name == _TEXTS else MOST_OTHER_BYTES


def _most_kept(name: str) -> int:
    return MOST_TEXT_BYTES if name == _TEXTS else MOST_BESIDE_ROWS_BYTES


def _most_elements(name: str) -> int:
    if name.startswith(SHEETS):
        return MOST_ROWS + MOST_OTHER_ELEMENTS
    return MOST_TEXT_ELEMENTS if name == _TEXTS else MOST_OTHER_ELEMENTS
