"""`/wechat/bot`: the server check and the message push, in safe mode only."""

from dataclasses import dataclass

from flask import Blueprint, Response, current_app, request

from wechat.account import pushes, texts
from wechat.account.conversation import Conversation
from wechat.account.envelope import Envelope
from wechat.account.once import Once
from wechat.account.replies import in_xml

LARGEST = 64 * 1024

bot = Blueprint("account", __name__)


@dataclass(frozen=True)
class AccountDoor:
    envelope: Envelope
    once: Once
    conversation: Conversation


def door() -> AccountDoor:
    found: AccountDoor = current_app.extensions["huijian.account"]
    return found


@bot.get("/wechat/bot")
def check() -> Response:
    """WeChat asks whether this is our server. Raises Malformed."""
    echo = door().envelope.echo(request.args, door().conversation.desk.now())
    return Response(echo, mimetype="text/plain")


@bot.post("/wechat/bot")
def receive() -> Response:
    """A person's word or tap, and the answer. Raises Malformed for whatever is not WeChat's, TooLarge."""
    request.max_content_length = LARGEST
    here, now = door(), door().conversation.desk.now()
    here.envelope.admit(request.args, now)
    opened = here.envelope.open(request.args, request.get_data())
    push = pushes.read(opened.xml)
    said = here.once.answer(push, lambda: here.conversation.answer(push), texts.BUSY)
    if not said:
        return Response("success", mimetype="text/plain")
    return Response(here.envelope.seal(in_xml(push, said, now), opened.key, now), mimetype="text/xml")
