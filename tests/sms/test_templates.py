"""The words: within the carriers' limits, and never about the person in custody."""

import pytest

from sms.templates import TEMPLATES, sms_params, wechat_data
from tests.sms.conftest import WORDS


@pytest.mark.parametrize("kind", TEMPLATES)
def test_every_variable_fits_aliyun(kind):
    params = sms_params(kind, dict.fromkeys(WORDS, "很长的话" * 20))
    assert set(params) == set(TEMPLATES[kind].variables) <= set(WORDS)
    assert all(1 <= len(value) <= 35 for value in params.values())


@pytest.mark.parametrize("kind", TEMPLATES)
def test_nobody_in_custody_is_named(kind):
    assert not {"name", "detainee", "detainee_name", "charge", "id_no"} & set(TEMPLATES[kind].variables)


@pytest.mark.parametrize("kind", ["confirmed", "reminder"])
def test_what_to_bring_is_told(kind):
    assert "请携带" in TEMPLATES[kind].text


def test_a_link_in_a_reason_is_left_out_and_the_rest_stays():
    reason = sms_params("rejected", WORDS | {"reason": "请看 https://example.com/a 并【补充】材料"})["reason"]
    assert "example" not in reason
    assert "并（补充）材料" in reason


@pytest.mark.parametrize("kind", TEMPLATES)
def test_every_kind_fits_wechats_fields(kind):
    fields = {"centre": "thing6", "when": "thing2", "ref": "character_string1", "note": "thing5"}
    data = wechat_data(kind, WORDS | {"reason": "很长的原因" * 20}, fields)
    assert set(data) == set(fields.values())
    assert all(0 < len(value) <= 20 for value in data.values())
    assert data["character_string1"].isascii()


def test_a_template_without_a_field_goes_without_it():
    assert set(wechat_data("confirmed", WORDS, {"note": "thing1"})) == {"thing1"}
