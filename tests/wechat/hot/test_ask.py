"""The quick reading of a form and the careful one: whatever the quick one takes, the careful one takes alike."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wechat.api.forms import BookingForm
from wechat.api.hot import ask

FORM: dict[str, Any] = {
    "slot_id": "pudong-20261127-0830",
    "minutes": 60,
    "detainee": {"name": "周某", "id_no": "11010519491231002X"},
    "mandate": "entrusted",
    "stage": "trial",
}
letters = st.text(st.characters() | st.sampled_from(' \\":,\u200b\u034f\ufeff𠮷'), max_size=5)
forms: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "slot_id": st.just(FORM["slot_id"]) | letters,
        "minutes": st.integers(-5, 2000),
        "detainee": st.fixed_dictionaries(
            {"name": st.just("周某") | letters},
            optional={"id_no": st.sampled_from([FORM["detainee"]["id_no"], "11010519491231002x", "E1234567", None])},
        ),
        "mandate": st.sampled_from(["entrusted", "legal_aid"]),
        "stage": st.sampled_from(["investigation", "prosecution", "trial"]),
    },
    optional={
        "case_no": st.none() | st.just("案1") | letters,
        "permit_no": st.none() | letters,
        "companions": st.just([]) | st.none(),
    },
)


def same(raw: bytes) -> bool:
    """Asserts that both read the same; answers whether the quick one took it."""
    asked = ask.ordinary(raw)
    if asked is None:
        return False
    form = BookingForm.model_validate_json(raw)
    quick = asked.application(7, "o", "", "key", lambda booking, slot: "", lambda: None)
    assert quick.body_hash == form.fingerprint
    assert (quick.slot_id, quick.minutes) == (form.slot_id, form.minutes)
    assert quick.detainee == form.detainee.model_dump(exclude_none=True)
    assert (quick.mandate, quick.stage) == (form.mandate, form.stage)
    assert (quick.case_no, quick.permit_no) == (form.case_no, form.permit_no)
    assert not quick.companions and not form.companions
    return True


@given(forms, st.booleans())
def test_what_is_read_quickly_is_read_alike(form: dict[str, Any], is_ascii: bool):
    try:
        raw = json.dumps(form, ensure_ascii=is_ascii).encode()
    except UnicodeEncodeError:
        return
    same(raw)


def test_the_form_of_nearly_everybody_is_read_quickly():
    for more in ({}, {"case_no": "案1", "permit_no": "许1"}, {"companions": []}, {"detainee": {"name": "周某"}}):
        assert same(json.dumps(FORM | more, ensure_ascii=False).encode())
        assert same(json.dumps(FORM | more, indent=1).encode())
