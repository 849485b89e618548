"""`python -m sandbox.wechat --port 9001 --app APPID:SECRET --template ID=thing1,time2`"""

import argparse
from collections.abc import Callable
from typing import Any

from sandbox.wechat import serve
from sandbox.wechat.account_safe_mode import Seal
from sandbox.wechat.oauth import Website


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox.wechat", description="WeChat's API, as a stand-in")
    parser.add_argument("--port", type=int, required=True)
    app: dict[str, Any] = {
        "type": _pair(":"),
        "metavar": "APPID:SECRET",
        "help": "the mini-program first, then others",
    }
    parser.add_argument("--app", action="append", required=True, **app)
    template: dict[str, Any] = {
        "type": _pair("="),
        "metavar": "ID=KEY,KEY",
        "help": "a subscription message and its fields",
    }
    parser.add_argument("--template", action="append", default=[], **template)
    bot: dict[str, Any] = {
        "nargs": 4,
        "metavar": ("URL", "APPID", "TOKEN", "AES_KEY"),
        "help": "where the subscription account's messages are pushed",
    }
    parser.add_argument("--bot", **bot)
    follower: dict[str, Any] = {
        "type": _pair("="),
        "metavar": "OPENID=WHO",
        "help": "somebody on the chat page",
    }
    parser.add_argument("--follower", action="append", default=[], **follower)
    website: dict[str, Any] = {
        "nargs": 2,
        "metavar": ("APPID", "HOST"),
        "help": "the website app, and the host it leads back to",
    }
    parser.add_argument("--website", **website)
    scanner: dict[str, Any] = {
        "type": _pair("="),
        "metavar": "OPENID=WHO",
        "help": "somebody who may sign in to the website",
    }
    parser.add_argument("--scanner", action="append", default=[], **scanner)
    given = parser.parse_args()
    templates = {template_id: keys.split(",") for template_id, keys in given.template}
    where = (given.bot[0], Seal(given.bot[2], given.bot[3], given.bot[1])) if given.bot else None
    serve(
        given.port,
        apps=dict(given.app),
        templates=templates,
        bot=where,
        followers=dict(given.follower),
        website=Website(given.website[0], [given.website[1]], dict(given.scanner)) if given.website else None,
    )


def _pair(mark: str) -> Callable[[str], list[str]]:
    def pair(text: str) -> list[str]:
        if mark not in text:
            raise argparse.ArgumentTypeError(f"{text} has no {mark}")
        return text.split(mark, 1)

    return pair


if __name__ == "__main__":
    main()
