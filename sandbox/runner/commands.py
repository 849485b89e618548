"""How the demo's processes are started: the two stand-ins, and our own three."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from sandbox.runner import demo_env
from sandbox.world.cast import OFFICERS, STRANGER

FLASK = [sys.executable, "-m", "flask", "--app", "app"]


def wechat(port: int, settings: Mapping[str, str]) -> list[str]:
    """The subscription account pushes to our door; the chat page knows the officers of the cast, and a stranger."""
    words = [sys.executable, "-m", "sandbox.wechat", "--port", str(port + 1)]
    for appid, secret in demo_env.WECHAT_APPS.values():
        words += ["--app", f"{appid}:{secret}"]
    for message in demo_env.message_templates().values():
        words += ["--template", f"{message['id']}={','.join(demo_env.MESSAGE_FIELDS.values())}"]
    words += ["--bot", f"{settings['PUBLIC_URL']}/wechat/bot"]
    words += [settings[f"WECHAT_ACCOUNT_{name}"] for name in ("APPID", "TOKEN", "AES_KEY")]
    people = {one.openid: f"{one.name}（{one.account}）" for one in OFFICERS if one.openid}
    for openid, who in (people | {STRANGER: "陌生人（未绑定）"}).items():
        words += ["--follower", f"{openid}={who}"]
    words += ["--website", demo_env.WECHAT_APPS["WEBSITE"][0], settings["PUBLIC_URL"].partition("://")[2]]
    scanners = {one.website_openid: f"{one.name}（{one.account}）" for one in OFFICERS}
    for openid, who in (scanners | {STRANGER: "陌生人（未绑定）"}).items():
        words += ["--scanner", f"{openid}={who}"]
    return words


def aliyun(port: int, settings: Mapping[str, str], var: Path) -> list[str]:
    """The texts go by a file: they are too many for a command line."""
    texts = var / "sms-templates.json"
    texts.write_text(json.dumps(demo_env.sms_texts(), ensure_ascii=False, indent=1), "utf-8")
    receipts = f"{settings['PUBLIC_URL']}/sms/receipts/{settings['SMS_RECEIPT_SECRET']}"
    words = ["--key", ":".join(demo_env.ALIYUN_KEY), "--sign-name", demo_env.SIGN_NAME]
    words += ["--templates", str(texts), "--receipts-url", receipts]
    return [sys.executable, "-m", "sandbox.aliyun", "--port", str(port + 2), *words]


def web(port: int) -> list[str]:
    """As in service, and as the bench measures it."""
    words = ["--interface", "wsgi", "--factory", "--host", "127.0.0.1", "--port", str(port)]
    words += ["--http", "1", "--no-ws", "--workers", "2", "--blocking-threads", "32"]
    return [sys.executable, "-m", "granian", *words, "--workers-kill-timeout", "5", "app:create_app"]
