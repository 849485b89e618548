"""Receipts: pushed in batches, again when they are not taken, given up in the end."""

import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask, request

from sandbox import aliyun
from sandbox.serving import listening
from tests.sandbox.clients import CONFIRMED, KEY_ID, KEY_SECRET, PHONE, SIGN_NAME, TEMPLATES

WORDS = '{"time":"8时30分","centre":"浦东"}'
TAKEN = ({"code": 0, "msg": "接收成功"}, 200)


class Customer:
    """The address receipts go to; `answers` are given one after the other, the last one for good."""

    def __init__(self) -> None:
        self.pushes: list[list[dict]] = []
        self.answers: list = [TAKEN]
        self.url = ""

    def app(self) -> Flask:
        app = Flask("customer")

        @app.post("/sms/receipts/demo-secret")
        def receive():
            self.pushes.append(request.get_json())
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

        return app


@pytest.fixture
def customer() -> Iterator[Customer]:
    customer = Customer()
    with listening(customer.app()) as url:
        customer.url = f"{url}/sms/receipts/demo-secret"
        yield customer


@pytest.fixture
def carrier(customer) -> Iterator[aliyun.StandIn]:
    with aliyun.running(
        keys={KEY_ID: KEY_SECRET}, sign_names=[SIGN_NAME], templates=TEMPLATES,
        receipts_url=customer.url, retry_scale=0.0002, receipt_delay=0.05,
    ) as stand_in:  # fmt: skip
        yield stand_in


def send(carrier: aliyun.StandIn, out_id: str, outcome: str = "DELIVERED", phones: str = PHONE) -> str:
    given = {"PhoneNumbers": phones, "SignName": SIGN_NAME, "TemplateCode": CONFIRMED}
    return carrier.carrier.send(given | {"TemplateParam": WORDS, "OutId": out_id}, outcome)["BizId"]


def eventually(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + 5
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


def test_a_receipt_tells_of_the_delivery(carrier, customer):
    biz_id = send(carrier, "notice-7")
    assert eventually(lambda: bool(customer.pushes))
    ((receipt,),) = customer.pushes
    assert (receipt["phone_number"], receipt["out_id"], receipt["biz_id"]) == (PHONE, "notice-7", biz_id)
    assert (receipt["success"], receipt["err_code"], receipt["sms_size"]) == (True, "DELIVERED", "1")
    assert time.strptime(receipt["report_time"], "%Y-%m-%d %H:%M:%S")


def test_a_receipt_tells_of_a_failure(carrier, customer):
    send(carrier, "notice-7", outcome="MOBILE_NOT_ON_SERVICE")
    assert eventually(lambda: bool(customer.pushes))
    ((receipt,),) = customer.pushes
    assert (receipt["success"], receipt["err_code"]) == (False, "MOBILE_NOT_ON_SERVICE")


def test_receipts_due_together_come_together(carrier, customer):
    send(carrier, "notice-7", phones="13800138001,13800138002")
    assert eventually(lambda: bool(customer.pushes))
    assert [receipt["phone_number"] for receipt in customer.pushes[0]] == ["13800138001", "13800138002"]


@pytest.mark.parametrize(
    "not_taken", [("", 500), ({"code": 1, "msg": "稍后"}, 200), ({"code": "0"}, 200), ("OK", 200), ([], 200)]
)
def test_a_receipt_not_taken_comes_again(carrier, customer, not_taken):
    customer.answers = [not_taken, TAKEN]
    send(carrier, "notice-7")
    assert eventually(lambda: len(customer.pushes) == 2)
    assert customer.pushes[0] == customer.pushes[1]


def test_after_the_third_repetition_it_is_closed(carrier, customer):
    customer.answers = [("", 503)]
    send(carrier, "notice-7")
    assert eventually(lambda: len(customer.pushes) == 4)
    send(carrier, "notice-8")
    assert eventually(lambda: len(customer.pushes) == 8)
    assert [push[0]["out_id"] for push in customer.pushes] == ["notice-7"] * 4 + ["notice-8"] * 4
