"""What a lawyer asks for, and what the desk answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from booking.slots import SlotKey, SlotView

if TYPE_CHECKING:
    from booking.desk.drafting import Draft

Telling = Callable[["Draft", SlotView], str]


@dataclass(frozen=True, slots=True)
class Application:
    """A booking asked for under an Idempotency-Key. `render` words the answer that is kept with it; `vouch` raises
    Unauthenticated for whoever is known from a moment ago only, before he is told anything of his own."""

    lawyer_id: int
    key: str
    body_hash: str
    slot_id: str
    minutes: int
    detainee: dict[str, str]
    mandate: str
    stage: str
    render: Telling
    case_no: str | None = None
    permit_no: str | None = None
    companions: Sequence[dict[str, Any]] = ()
    identity: str = ""  # the WeChat identity that asks, which must still be bound to the lawyer; empty at the window
    session: str = ""  # the hash of its token, which must not have ended meanwhile; likewise
    vouch: Callable[[], object] = lambda: None  # the sitting needs nobody to vouch: it asks for the session

    def __post_init__(self) -> None:
        """They are gone through more than once: of a generator, whoever came second would see none."""
        object.__setattr__(self, "companions", tuple(self.companions))

    @property
    def request(self) -> tuple[int, str]:
        """What makes two sendings one request."""
        return self.lawyer_id, self.key

    @property
    def slot(self) -> SlotKey:
        return SlotKey.parse(self.slot_id)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The booking's reference and the answer as it was first told; `replayed` when it had been told before."""

    ref: str
    answer: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """The detainee asked for, as far as we can tell who that is.

    `key` finds the same person again; `certain` when an ID number or a single entry of the register says so. `said` finds
    what the same lawyer says of him again, whatever the register holds; `numbers` are the keys of all numbers he gave, and
    `one_line` is False where the register knows one of them and has not all of them in that line.
    """

    key: str
    certain: bool
    entry: Any = None
    namesakes: int = 0
    in_register: bool = False
    said: str = ""
    numbers: tuple[str, ...] = ()
    one_line: bool = True

    @property
    def keys(self) -> set[str]:
        """All that mean this person: of a line of the register both its numbers."""
        return {key for key in (self.key, self.entry and self.entry.custody_index) if key}

    @property
    def numbered(self) -> set[str]:
        """All numbers he may be meant by: the register's, and those of the form that are not in it."""
        return {*self.keys, *self.numbers}

    @property
    def claim(self) -> str | None:
        return self.key if self.certain else None

    @property
    def case_no(self) -> str | None:
        """The register's."""
        return self.entry.case_no if self.entry else None


@dataclass(frozen=True, slots=True)
class Held:
    """An application on its way through the desk: its reference, its slot as shown, when it came.

    `fresh` when this very request took the hold, and so may give it back.
    """

    application: Application
    ref: str
    slot: SlotView
    ends_at: datetime
    now: datetime
    fresh: bool
