"""Aliyun's door: opens to the secret only, takes nothing malformed, and answers what Aliyun looks for."""

import json
from types import SimpleNamespace

import pytest
from flask import Flask

import models
from jobs import receipts
from models import Notice
from refusals import Refusal
from sandbox import aliyun
from sandbox.serving import listening
from sms.delivery import Delivery
from tests.jobs.conftest import soon
from tests.sms.conftest import FILED, KEY_ID, KEY_SECRET, SIGN_NAME, calling, one_database

SECRET = "a-secret-path-nobody-guesses"


pytestmark = one_database


@pytest.fixture
def app(database):
    app = Flask(__name__)
    app.extensions["huijian"] = SimpleNamespace(receipt_secret=SECRET)
    app.register_blueprint(receipts.blueprint)
    app.register_error_handler(Refusal, lambda no: ({"code": no.code}, no.status))
    app.teardown_request(lambda _: models.database.close())
    return app


@pytest.fixture
def push(app):
    def pushed(body, secret=SECRET):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return app.test_client().post(f"/sms/receipts/{secret}", data=data)

    return pushed


def test_a_batch_is_taken_and_answered_as_aliyun_expects(push, delivery, drop):
    notice = drop()
    delivery.deliver(notice.id)
    sent = Notice.get_by_id(notice.id)
    item = {"success": True, "err_code": "DELIVERED", "biz_id": sent.biz_id, "out_id": str(notice.id)}
    answer = push([item, {"out_id": "999"}])
    assert (answer.status_code, answer.json) == (200, {"code": 0, "msg": "接收成功"})
    assert Notice.get_by_id(notice.id).delivered_at


@pytest.mark.parametrize("secret", ["wrong", SECRET + "x", SECRET[:-1], "密码", "%00"])
def test_without_the_secret_there_is_no_such_door(push, secret):
    assert push([], secret).status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"null", b'{"out_id": "1"}', b'"text"', b"[" * 50_000])
def test_what_is_no_batch_is_malformed(push, body):
    assert push(body).status_code == 400


def test_more_than_64_kilobytes_are_not_read(push):
    assert push(b"[" + b" " * 65_536 + b"]").status_code == 413


def test_a_real_push_reaches_the_row(app, drop, watch):
    """The stand-in pushes by HTTP, as Aliyun does, and takes our answer for an answer."""
    with listening(app) as url:
        door = f"{url}/sms/receipts/{SECRET}"
        filed = {"keys": {KEY_ID: KEY_SECRET}, "sign_names": [SIGN_NAME], "templates": FILED}
        with aliyun.running(**filed, receipts_url=door, receipt_delay=0.05) as carrier:
            notice = drop()
            carrier.faults.order("not_delivered")
            Delivery(calling(carrier.url), now=watch).deliver(notice.id)
            soon(lambda: Notice.get_by_id(notice.id).state == "failed")
    assert Notice.get_by_id(notice.id).code == "MOBILE_NOT_ON_SERVICE"
