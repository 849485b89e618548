"""An officer with a question, and how the answers speak of things."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from booking.desk import Desk
from booking.paging import Position
from booking.record.actor import Actor
from booking.words import moment_words
from models import Booking, Centre, Officer
from models.bookings import NAME_LOST

_OF_A_CENTRE = {"today", "plan", "review", "bookings", "timetable"}
ADDRESS = "wechat"  # what stands in the record: WeChat does not say from where an officer writes
MANY = 20  # lines are asked for; one reply holds about as many


@dataclass(frozen=True)
class Question:
    """`centre` is the one the answers are about; `public_url` is where the console is."""

    desk: Desk
    officer: Officer
    centre: Centre
    centres: Sequence[Centre]
    now: datetime
    public_url: str

    @property
    def actor(self) -> Actor:
        return Actor.of(self.officer, ADDRESS)

    def link(self, path: str, **query: str) -> str:
        """To the console's page; an officer of the bureau comes to the centre that is spoken of."""
        if self.officer.centre_id is None and path in _OF_A_CENTRE:
            query["centre"] = self.centre.code
        return f"工作台：{self.public_url}/console/{path}" + (f"?{urlencode(query)}" if query else "")


def masked(name: str) -> str:
    """A detainee on a private phone: 周某 is 周*."""
    return f"{name[:1]}*"


def detainee(booking: Booking) -> str:
    return on_a_phone(booking.detainee_shown["name"])


def on_a_phone(name: str) -> str:
    """Masked, where it could be opened at all."""
    return name if name == NAME_LOST else masked(name)


def when(moment: datetime, now: datetime) -> str:
    """With the year where it is another one."""
    return moment_words(moment) if moment.year == now.year else f"{moment.year}年{moment_words(moment)}"


def without_name(text: str, booking: Booking) -> str:
    """What somebody wrote freely, fit to be read on a private phone; of a name that can't be opened it may hold any."""
    name = booking.detainee_shown["name"]
    return "请在工作台查看" if name == NAME_LOST else text.replace(name, masked(name))


def cursor(booking: Booking) -> str:
    return str(Position(booking.starts_at, booking.ref))


def behind(cursor: str) -> Position | None:
    return Position.parse(cursor) if cursor else None
