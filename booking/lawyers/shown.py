"""What an officer has before him when he judges a lawyer: his word holds for that and for nothing sent in since. Rule 6."""

from booking.fingerprint import fingerprint
from models import Lawyer, keyring
from models.sealed import UNREADABLE
from refusals import WrongState


def mark(lawyer: Lawyer) -> str:
    """Another one as soon as the lawyer sends in anything else; it tells nobody his numbers."""
    try:
        phone = keyring().index("phone", lawyer.phone)
    except UNREADABLE:
        phone = ""
    return fingerprint(
        lawyer.id, lawyer.state, lawyer.openid, lawyer.name, lawyer.licence_no, lawyer.firm, lawyer.firm_asked,
        lawyer.id_no_index, phone, [(one["code"], one["message"]) for one in lawyer.findings],
    )  # fmt: skip


def check(lawyer: Lawyer, seen: str | None) -> None:
    """`seen` is the mark of what was shown; None where nobody looked at a page. Raises WrongState."""
    if seen is not None and seen != mark(lawyer):
        raise WrongState("该律师所填的信息在您查看后有改动，请重新打开该律师的页面，核对后再决定")
