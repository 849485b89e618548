"""Aliyun's door for receipts. It signs nothing, so its path is the secret, and what it says is a hint."""

import hmac
import json

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

import clock
from house import house
from refusals import Malformed, NotFound, TooLarge
from sms import receipts

LARGEST = 64 * 1024

blueprint = Blueprint("receipts", __name__)


@blueprint.post("/sms/receipts/<secret>")
def receive(secret: str) -> Response:
    """SmsReport, a batch (document_detail/101867). Anything but HTTP 200 has it pushed again."""
    if not hmac.compare_digest(secret.encode(), house().receipt_secret.encode()):
        raise NotFound
    taken = receipts.take(_batch(), clock.now())
    current_app.logger.info("receipts: %s used, %s ignored", taken.used, taken.ignored)
    return jsonify(code=0, msg="接收成功")


def _batch() -> list[object]:
    request.max_content_length = LARGEST
    try:
        items = json.loads(request.get_data())
    except RequestEntityTooLarge:
        raise TooLarge from None
    except (ValueError, RecursionError):
        raise Malformed from None
    if not isinstance(items, list):
        raise Malformed
    return items
