"""What a person in custody is known by: a document, the centre's own number 在押编号, or a name alone. Rule 7b.

The law holds and tries people under the name they give, so 身份不明 is a kind too. The kind of a document says how its
number is checked; who it is, the number says alone, since two sources call one document by two names.
"""

import re
from collections.abc import Mapping
from typing import Literal, get_args

from booking.identity import is_id_no
from models import keyring
from models.detainees import id_key
from models.names import plain

Document = Literal["id_card", "passport", "hk_macau", "taiwan", "residence", "other", "unknown"]
KINDS: tuple[str, ...] = get_args(Document)
WORDS = {
    "id_card": "身份证", "passport": "护照", "hk_macau": "港澳居民来往内地通行证", "taiwan": "台湾居民来往大陆通行证",
    "residence": "外国人永久居留证", "other": "其他证件", "unknown": "身份不明",
}  # fmt: skip
_BY_WORD = {word: kind for kind, word in WORDS.items()} | {
    "居民身份证": "id_card", "回乡证": "hk_macau", "港澳通行证": "hk_macau", "港澳居民通行证": "hk_macau",
    "台胞证": "taiwan", "台湾居民通行证": "taiwan", "永久居留证": "residence",
    "外国人居留证": "residence", "其他": "other", "无": "unknown",
}  # fmt: skip
_LIKE_AN_ID_CARD = re.compile(r"\d{17}[\dX]", re.ASCII)
_FORMS = {
    "passport": re.compile(r"[A-Z0-9]{5,20}", re.ASCII),
    "hk_macau": re.compile(r"[A-Z]?\d{8,10}(?:\d{2})?", re.ASCII),
    "taiwan": re.compile(r"[A-Z]?\d{8,10}[A-Z]?", re.ASCII),
    "residence": re.compile(r"[A-Z]{3}\d{12}|\d{17}[\dX]", re.ASCII),
}
_ANY = re.compile(r"[0-9A-Z\u4e00-\u9fff./()]{3,40}")


def kind_said(word: str) -> str | None:
    """A kind by its English or Chinese name; None for what is none."""
    return word if word in KINDS else _BY_WORD.get(word)


def kind_of(kind: str | None, number: str) -> str:
    """The kind that was said; where none was, 17 digits and a digit or X are an ID card."""
    return kind or ("id_card" if _LIKE_AN_ID_CARD.fullmatch(number) else "other")


def fault(kind: str | None, number: str) -> str:
    """Why this can't be the number of such a document; empty where it can."""
    kind = kind_of(kind, number)
    if kind == "id_card":
        return "" if is_id_no(number) else "身份证号不正确，请核对 18 位号码"
    form = _FORMS.get(kind, _ANY)
    return "" if form.fullmatch(number) else f"{WORDS[kind]}号码不正确，请核对"


def document_key(number: str) -> str:
    """Finds a person by the number of a document, the same at every centre."""
    return id_key(number) if is_id_no(number) else keyring().index("detainee-document", number)


def custody_key(centre: str, number: str) -> str:
    """Finds a person by the number the centre itself has given."""
    return keyring().index("detainee-custody", f"{centre}:{number}")


def keys_of(centre: str, asked: Mapping[str, str]) -> tuple[str | None, str | None]:
    """By document and by custody number, of what a form says; None where it says neither."""
    number, custody = asked.get("id_no"), asked.get("custody_no")
    return document_key(number) if number else None, custody_key(centre, custody) if custody else None


def numbers_said(centre: str, asked: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of all numbers that a form gives; none of a bare name."""
    return tuple(key for key in keys_of(centre, asked) if key)


def said_key(centre: str, asked: Mapping[str, str]) -> str:
    """Finds what a lawyer has said of a person, by his form alone: what a lawyer may do must not hang on the register,
    or it would tell who is held. Of a document, else of the centre's own number, else of the name."""
    number, custody = asked.get("id_no"), asked.get("custody_no")
    said = (
        f"document:{number}" if number else f"custody:{centre}:{custody}" if custody else f"name:{plain(asked['name'])}"
    )
    return keyring().index("detainee-said", said)


def shown(asked: Mapping[str, str]) -> str:
    """In words for officers, whole: the kind with its number, and the centre's own; empty where there is neither."""
    number, custody = asked.get("id_no"), asked.get("custody_no")
    said = [f"{WORDS[kind_of(asked.get('document'), number)]} {number}"] if number else []
    said += [f"在押编号 {custody}"] if custody else []
    if not said and asked.get("document") == "unknown":
        said = [WORDS["unknown"]]
    return "；".join(said)
