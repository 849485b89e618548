"""Who may open what: a row for each page and each change. What isn't here is closed."""

from dataclasses import dataclass

from console.door.context import FORM_BYTES

GATE, REVIEWER, CHIEF, AUDITOR = "gate", "reviewer", "chief", "auditor"
ALL = frozenset({GATE, REVIEWER, CHIEF, AUDITOR})  # who may look
WINDOW = frozenset({GATE, REVIEWER, CHIEF})
REVIEW = frozenset({REVIEWER, CHIEF})
READING = frozenset({REVIEWER, CHIEF, AUDITOR})
CHIEFS = frozenset({CHIEF})
CHIEFS_READ = frozenset({CHIEF, AUDITOR})
ROLL_BYTES = 20_000_000 + FORM_BYTES  # a file of the roll, and the form around it


@dataclass(frozen=True, slots=True)
class Right:
    """`changes`: it alters the centre's records, which an auditor never does. `room`: bytes a request may bring."""

    roles: frozenset[str]
    changes: bool = False
    room: int = FORM_BYTES


# An officer's own affairs: every role may see to them, and nothing of a centre's is changed.
OWN = {
    "me", "my_bind_code", "my_passphrase", "my_totp_offer", "my_totp", "my_wechat", "my_wechat_unbinding", "sign_out",
    "sign_out_everywhere", "enrol", "enrolled",
}  # fmt: skip

# Asked by POST, so that no name and no number of anybody stands in an address; nothing is changed.
ASKS = {
    "find_arrival",
    "search_bookings",
    "show_detainee_number",
    "search_lawyers",
    "show_lawyer_numbers",
    "show_phone",
}

RIGHTS: dict[str, Right] = {
    "front": Right(ALL),
    "today": Right(ALL),
    "today_now": Right(ALL),
    "arrivals": Right(ALL),
    "find_arrival": Right(ALL),
    "arrival": Right(ALL),
    "arrive": Right(WINDOW, changes=True),
    "start_meeting": Right(WINDOW, changes=True),
    "finish_meeting": Right(WINDOW, changes=True),
    "give_room": Right(WINDOW, changes=True),
    "miss": Right(WINDOW, changes=True),
    "enter_late": Right(WINDOW, changes=True),
    "review": Right(REVIEW | {AUDITOR}),
    "review_one": Right(REVIEW | {AUDITOR}),
    "approve": Right(REVIEW, changes=True),
    "reject": Right(REVIEW, changes=True),
    "lift_budget": Right(REVIEW, changes=True),
    "review_changed": Right(REVIEW | {AUDITOR}),
    "keep": Right(REVIEW, changes=True),
    "review_clean": Right(REVIEW | {AUDITOR}),
    "approve_clean": Right(REVIEW, changes=True),
    "bookings": Right(ALL),
    "search_bookings": Right(ALL),
    "booking": Right(ALL),
    "show_detainee_number": Right(REVIEW),
    "withdraw_booking": Right(REVIEW, changes=True),
    "mandates_page": Right(ALL),
    "prove_mandate": Right(WINDOW, changes=True),
    "end_mandate": Right(WINDOW, changes=True),
    "lawyers": Right(ALL),
    "search_lawyers": Right(ALL),
    "lawyer": Right(ALL),
    "show_lawyer_numbers": Right(REVIEW),
    "verify_lawyer": Right(REVIEW, changes=True),
    "refuse_lawyer": Right(REVIEW, changes=True),
    "unbind_lawyer": Right(WINDOW, changes=True),
    "change_lawyer": Right(WINDOW, changes=True),
    "settle_firm": Right(REVIEW, changes=True),
    "lift_suspension": Right(CHIEFS, changes=True),
    "waive_strike": Right(REVIEW, changes=True),
    "plan": Right(ALL),
    "print_plan": Right(WINDOW, changes=True),
    "day_list": Right(ALL),
    "rooms": Right(READING),
    "add_room": Right(CHIEFS, changes=True),
    "close_room": Right(CHIEFS, changes=True),
    "reopen_room": Right(CHIEFS, changes=True),
    "place_room": Right(CHIEFS, changes=True),
    "messages": Right(ALL),
    "resend": Right(WINDOW, changes=True),
    "show_phone": Right(WINDOW),
    "told_by_phone": Right(WINDOW, changes=True),
    **{endpoint: Right(ALL) for endpoint in OWN},
    "window_entry": Right(WINDOW),
    "window_lawyer": Right(WINDOW),
    "window_enter": Right(WINDOW, changes=True),
    "window_entered": Right(WINDOW),
    "timetable": Right(READING),
    "timetable_slot": Right(READING),
    "slot_seats": Right(CHIEFS, changes=True),
    "slot_window_seats": Right(CHIEFS, changes=True),
    "slot_follow": Right(CHIEFS, changes=True),
    "slot_open": Right(CHIEFS, changes=True),
    "closing": Right(CHIEFS),
    "close": Right(CHIEFS, changes=True),
    "day_reopen": Right(CHIEFS, changes=True),
    "day_word": Right(CHIEFS, changes=True),
    "weekly": Right(READING),
    "weekly_new": Right(CHIEFS),
    "weekly_preview": Right(CHIEFS, changes=True),
    "weekly_seats": Right(CHIEFS, changes=True),
    "weekly_import": Right(CHIEFS, changes=True),
    "policy": Right(READING),
    "policy_set": Right(CHIEFS, changes=True),
    "figures_page": Right(READING),
    "figures_export": Right(READING),
    "roll": Right(CHIEFS_READ),
    "bring_roll": Right(CHIEFS, changes=True, room=ROLL_BYTES),
    "roll_template": Right(CHIEFS_READ),
    "roll_import": Right(CHIEFS_READ),
    "roll_progress": Right(CHIEFS_READ),
    "roll_report": Right(CHIEFS_READ),
    "confirm_roll": Right(CHIEFS, changes=True),
    "officers_page": Right(CHIEFS_READ),
    "officer": Right(CHIEFS_READ),
    "add_officer": Right(CHIEFS, changes=True),
    "change_officer": Right(CHIEFS, changes=True),
    "suspend_officer": Right(CHIEFS, changes=True),
    "restore_officer": Right(CHIEFS, changes=True),
    "officer_sign_in_code": Right(CHIEFS, changes=True),
    "audit": Right(CHIEFS_READ),
    "audit_workbook": Right(CHIEFS_READ),
}

# These need no session. A test holds the list against the routes.
PUBLIC = {"static", "sign_in", "signed_in", "first_sign_in"}

# In the order of the day's work.
MENU: tuple[tuple[str, str], ...] = (
    ("today", "今天"),
    ("arrivals", "到场"),
    ("review", "复核"),
    ("bookings", "预约"),
    ("plan", "提押单"),
    ("window_entry", "现场登记"),
    ("lawyers", "律师"),
    ("mandates_page", "委托关系"),
    ("timetable", "时间表"),
    ("rooms", "会见室"),
    ("figures_page", "统计"),
    ("roll", "导入名册"),
    ("messages", "短信"),
    ("officers_page", "民警"),
    ("audit", "操作记录"),
    ("me", "我的账号"),
)


def may(role: str, endpoint: str) -> bool:
    """`endpoint` without `console.`"""
    right = RIGHTS.get(endpoint)
    return right is not None and role in right.roles


def menu_of(role: str) -> list[tuple[str, str]]:
    return [(endpoint, label) for endpoint, label in MENU if may(role, endpoint)]
