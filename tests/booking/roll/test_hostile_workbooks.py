"""A small file that would be a large tree: refused before it is one, however the elements are called."""

import io
import subprocess
import sys
import zipfile

import pytest
from openpyxl import Workbook

from booking.roll import workbooks
from refusals import Invalid
from sandbox.runner.preflight import ROOT

MOST_MEGABYTES = 200
SHEET = "xl/worksheets/sheet1.xml"
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEAD, TAIL = f"<worksheet {NS}><sheetData>".encode(), b"</sheetData></worksheet>"
TEXTS = (
    b'<Override PartName="/xl/sharedStrings.xml" '
    b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)
PREFIXED = HEAD.replace(b"xmlns=", b"xmlns:x=").replace(b"<worksheet", b"<x:worksheet").replace(b"<sheet", b"<x:sheet")
HOSTILE = {
    "twenty million rows": (SHEET, HEAD, b"<row/>", 20_000_000, TAIL),
    "five million cells in a row": (SHEET, HEAD + b"<row>", b"<c/>", 5_000_000, b"</row>" + TAIL),
    "rows under a prefix": (SHEET, PREFIXED, b"<x:row/>", 20_000_000, b"</x:sheetData></x:worksheet>"),
    "neither row nor cell": (SHEET, HEAD, b"<z/>", 20_000_000, TAIL),
    "twenty rows of a hundred thousand cells": (SHEET, HEAD, b"<row>" + b"<c/>" * 99_000 + b"</row>", 20, TAIL),
    "a comment of ten megabytes": (SHEET, HEAD + b"<!--", b"x", 10_000_000, b"-->" + TAIL),
    "a text of two hundred megabytes": (SHEET, HEAD + b"<row><c><v>", b"x", 200_000_000, b"</v></c></row>" + TAIL),
    "a million attributes": (SHEET, HEAD + b"<row><c", b" a=''" * 10, 100_000, b"/></row>" + TAIL),
    "shared texts": ("xl/sharedStrings.xml", f"<sst {NS}>".encode(), b"<si/>", 10_000_000, b"</sst>"),
}
# The kernel's own high-water mark where it has one: that of getrusage starts with what the caller held at the fork.
READ = """
import resource, sys
from pathlib import Path
from booking.roll import workbooks
from refusals import Invalid
try:
    for row in workbooks.rows(open(sys.argv[1], "rb").read(), lambda top: True, "", len):
        pass
except Invalid as no:
    print(no.detail)
status = Path("/proc/self/status")
marks = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")] if status.exists() else []
print(int(marks[0].split()[1]) // 1024 if marks else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20)
"""


def honest() -> bytes:
    book, into = Workbook(), io.BytesIO()
    book.worksheets[0].append(["姓名", "执业证号"])
    book.save(into)
    return into.getvalue()


def with_part(name: str, *pieces: bytes) -> bytes:
    into = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(honest())) as old,
        zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            named = old.read(part).replace(b"</Types>", (TEXTS if name.endswith("Strings.xml") else b"") + b"</Types>")
            if part.filename != name:
                new.writestr(part.filename, named)
        with new.open(name, "w") as stream:
            for piece in pieces:
                stream.write(piece)
    return into.getvalue()


def pieces(element: bytes, many: int) -> list[bytes]:
    together = min(many, 100_000)
    return [element * together] * (many // together)


@pytest.mark.parametrize("what", HOSTILE)
def test_a_part_of_many_elements_is_refused_within_little_memory(what, tmp_path):
    name, head, element, many, tail = HOSTILE[what]
    file = tmp_path / "roll.xlsx"
    file.write_bytes(with_part(name, head, *pieces(element, many), tail))
    command = [sys.executable, "-c", READ, str(file)]
    said, megabytes = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert said == "Excel文件展开后过大"
    assert int(megabytes) < MOST_MEGABYTES


TYPED = '<?xml version="1.0" encoding="{}"?><!DOCTYPE worksheet [<!ENTITY a "b">]>' + HEAD.decode() + TAIL.decode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1"])
def test_a_document_type_is_refused_in_whatever_letters(encoding):
    with pytest.raises(Invalid):
        list(workbooks.rows(with_part(SHEET, TYPED.format(encoding).encode(encoding)), lambda top: True, "", len))


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_other_letters_than_utf_8_are_refused_by_themselves(encoding):
    plain = f'<?xml version="1.0" encoding="{encoding}"?>' + HEAD.decode() + TAIL.decode()
    with pytest.raises(Invalid):
        list(workbooks.rows(with_part(SHEET, plain.encode(encoding)), lambda top: True, "", len))


def test_an_honest_one_is_read():
    ((name, licence, *_),) = workbooks.rows(honest(), lambda top: True, "", len)
    assert (name, licence) == ("姓名", "执业证号")
