"""What the mandates that are proven say of a booking: by its form and by them alone. Rule 7a."""

from collections.abc import Collection

from booking.lawyers.borne import NOT_BORNE, in_force, in_force_of, with_licence
from booking.lawyers.known_by import covers, not_provable, numbers_of
from booking.words import STAGES, by_words, moment_words
from models import Booking, Mandate


def standing_behind(bookings: Collection[Booking]) -> set[str]:
    """The references of those with a form that names the person of a mandate proven now; in one question."""
    found = in_force_of({booking.lawyer_id for booking in bookings})
    return {
        booking.ref
        for booking in bookings
        for lawyer, centre, keys, _ in found
        if (lawyer, centre) == (booking.lawyer_id, booking.centre_id) and covers(keys, numbers_of(booking))
    }


def shown(booking: Booking) -> str:
    """For the pages about a booking: whether its mandate is proven, in which stage, when and by whom."""
    his = (Mandate.lawyer == booking.lawyer_id) & (Mandate.centre == booking.centre_id) & (Mandate.active == 1)
    lasting = list(with_licence(Mandate, in_force().alias("in_force")).where(his))
    found = next((one for one in lasting if covers(one.keys, numbers_of(booking))), None)
    if found is None:
        why = not_provable(booking)
        if not why and any(booking.detainee_key in one.keys for one in lasting):
            why = "与名册中此人的委托已核实，但所填号码不全是委托中登记的"
        return f"未核实（{why}）" if why else "未核实"
    said = f"已核实：{STAGES[found.stage]}阶段，{moment_words(found.proven_at)}，{by_words(found.proven_by)}"
    other = "" if found.stage == booking.stage else "；与所填诉讼阶段不同"
    return said + other + ("" if found.in_force else f"；{NOT_BORNE}")
