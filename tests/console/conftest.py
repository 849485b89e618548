"""The officers' door in front of the desk's small world, and a browser for each officer."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import console
from booking.desk import Desk
from console.door import sessions
from console.door.csrf import proof_of
from models import Centre, Officer
from sms.aliyun import Detail
from sms.asking import Asking
from sms.outcomes import SmsUnknown
from tests.booking.conftest import clock, desk, lawyers, world  # noqa: F401
from tests.console.people import enrolled

HOST = "https://huijian.test"
NO_WECHAT = console.WeChatDoor("wx0", "https://open.weixin.test", lambda code: pytest.fail("nobody asks WeChat here"))
SESSION, BEFORE = "__Host-huijian", "__Host-huijian-form"


class Browser:
    """Keeps cookies, and sends the proof of the form along as our pages do."""

    def __init__(self, client: FlaskClient, officer: Officer | None = None):
        self.client, self.officer = client, officer

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(self._path(path), base_url=HOST, **more)

    def post(self, path: str, **fields: Any) -> TestResponse:
        return self.send(path, {"csrf": self.proof()} | fields)

    def press(self, shown: str, path: str, **fields: Any) -> TestResponse:
        """A form as the page `shown` has it, with what it carries unseen."""
        return self.post(path, **self.carried(shown, path) | fields)

    def carried(self, shown: str, path: str) -> dict[str, str]:
        form = self.get(shown).text.partition(f'action="{self._path(path)}"')[2].partition("</form>")[0]
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))

    def send(self, path: str, fields: dict[str, Any], **more: Any) -> TestResponse:
        """Without anything added."""
        return self.client.post(self._path(path), data=fields, base_url=HOST, **more)

    def proof(self) -> str:
        if token := self.cookie(SESSION):
            return proof_of(token)
        if not self.cookie(BEFORE):
            self.get("/console/sign-in")
        return proof_of(self.cookie(BEFORE))

    def cookie(self, name: str) -> str:
        found = self.client.get_cookie(name, "huijian.test")
        return found.value if found else ""

    def keep(self, name: str, value: str) -> None:
        self.client.set_cookie(name, value, domain="huijian.test")

    @staticmethod
    def _path(path: str) -> str:
        return path if path.startswith("/") else f"/console/{path}"


class Books:
    """Aliyun's records: None is no answer, else what they have."""

    def __init__(self) -> None:
        self.found: list[Detail] | None = None

    def ask(self, phone: str, day: date, out_id: str) -> list[Detail]:
        if self.found is None:
            raise SmsUnknown("timeout")
        return self.found


SignedIn = Callable[..., Browser]


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def asking(books: Books, desk: Desk) -> Asking:  # noqa: F811
    return Asking(books, now=desk.now)


@pytest.fixture(scope="session")
def house() -> APIFlask:
    """The door, built once: its routes and pages take longer to make than most tests to run."""
    app = APIFlask("huijian", static_folder=None, spec_path=None, docs_path=None)
    app.testing = True
    console.register(app, secret_keys=["passes"], desk=None, redis=None, asking=None, public_url=HOST, wechat=NO_WECHAT)
    return app


@pytest.fixture
def app(house: APIFlask, desk: Desk, redis_client: Any, asking: Asking) -> APIFlask:  # noqa: F811
    """With this test's desk behind it."""
    Centre.create(code="qingpu", name="青浦区看守所", address="上海市青浦区", created_at=desk.now())
    behind = {"desk": desk, "redis": redis_client, "asking": asking}
    house.extensions["huijian.console"] = replace(house.extensions["huijian.console"], **behind)
    return house


def an_officer(role: str, centre: str | None, now: Any) -> Officer:
    account = f"{role}-{centre or 'bureau'}"
    found = Officer.get_or_none(Officer.account == account)
    return found or Officer.create(account=account, name=f"民警{role}", role=role, centre=centre, created_at=now)


@pytest.fixture
def stranger(app: APIFlask) -> Browser:
    """Not signed in."""
    return Browser(app.test_client())


@pytest.fixture
def signed_in(app: APIFlask, desk: Desk) -> SignedIn:  # noqa: F811
    """`signed_in("gate", "pudong")`: a browser of its own for each call; no centre is the bureau."""

    def browser(role: str = "chief", centre: str | None = "pudong") -> Browser:
        officer = an_officer(role, centre, desk.now())
        made = Browser(app.test_client(), officer)
        made.keep(SESSION, sessions.begin(officer, desk.now()))
        return made

    return browser


@pytest.fixture
def secret(desk: Desk, clock: Any) -> str:  # noqa: F811
    """Of the gate's authenticator, enrolled a minute ago."""
    secret = enrolled(an_officer("gate", "pudong", clock()), clock())
    clock.move(minutes=1)
    return secret
