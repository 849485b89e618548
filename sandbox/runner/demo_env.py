"""The demo's settings, every one, kept in `var/demo.env`: later commands find the running demo by them."""

import json
import os
import secrets
from base64 import b64encode
from pathlib import Path

from dotenv import dotenv_values

from sms.templates import TEMPLATES

# Known to everyone; production refuses whatever has `demo` in it.
WECHAT_APPS = {
    "MINIPROGRAM": ("wxdemo0miniprogram", "demo-miniprogram-secret"),
    "ACCOUNT": ("wxdemo00000account", "demo-account-secret"),
    "WEBSITE": ("wxdemo00000website", "demo-website-secret"),
}
ALIYUN_KEY = ("demo-access-key-id", "demo-access-key-secret")
SIGN_NAME = "会见预约"
MESSAGE_FIELDS = {"centre": "thing1", "when": "thing2", "ref": "character_string3", "note": "thing4"}


def write(file: Path, port: int, redis_url: str) -> dict[str, str]:
    """Writes the file, for its owner only, and returns what is in it. Keys of an earlier start are kept: the
    demo's data is sealed with them."""
    kept = {name: value for name, value in dotenv_values(file).items() if name in _keys() and value}
    settings = _keys() | kept | _addresses(file.parent, port, redis_url) | _accounts()
    text = "# The demo's settings, written by `make run`; nothing here is fit for service.\n"
    text += "".join(f"{name}='{value}'\n" for name, value in settings.items())
    file.touch(mode=0o600)
    fresh = file.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(text, "utf-8")
    fresh.replace(file)
    return settings


def message_templates() -> dict[str, dict[str, str]]:
    """Kind → the WeChat subscription message: its id and its fields."""
    return {kind: {"id": f"demo-{kind}"} | MESSAGE_FIELDS for kind in TEMPLATES}


def sms_texts() -> dict[str, str]:
    """Template code → text, as the stand-in of Aliyun has them filed."""
    return {code: TEMPLATES[kind].text for kind, code in _sms_codes().items()}


def _sms_codes() -> dict[str, str]:
    return {kind: f"SMS_DEMO_{kind.upper()}" for kind in TEMPLATES}


def _keys() -> dict[str, str]:
    letters = secrets.token_hex(22)[:43]  # an EncodingAESKey has 43 letters and figures
    return {
        "SECRET_KEYS": secrets.token_urlsafe(32),
        "FIELD_KEYS": b64encode(os.urandom(32)).decode(),
        "INDEX_KEY": b64encode(os.urandom(32)).decode(),
        "WECHAT_ACCOUNT_TOKEN": secrets.token_hex(16),
        "WECHAT_ACCOUNT_AES_KEY": letters,
        "SMS_RECEIPT_SECRET": secrets.token_urlsafe(24),
    }


def _addresses(var: Path, port: int, redis_url: str) -> dict[str, str]:
    return {
        "HUIJIAN_ENV": "demo",
        "DATABASE_URL": f"sqlite:///{var.absolute() / 'huijian.db'}",
        "REDIS_URL": redis_url,
        "SEATS_REDIS_URL": redis_url,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "WECHAT_API_URL": f"http://127.0.0.1:{port + 1}",
        "WECHAT_OPEN_URL": f"http://127.0.0.1:{port + 1}",
        "ALIYUN_SMS_ENDPOINT": f"http://127.0.0.1:{port + 2}",
        "PROXY_HOPS": "0",
    }


def _accounts() -> dict[str, str]:
    accounts = {f"WECHAT_{name}_APPID": appid for name, (appid, _) in WECHAT_APPS.items()}
    accounts |= {f"WECHAT_{name}_SECRET": secret for name, (_, secret) in WECHAT_APPS.items()}
    return accounts | {
        "WECHAT_MESSAGE_TEMPLATES": json.dumps(message_templates()),
        "ALIYUN_ACCESS_KEY_ID": ALIYUN_KEY[0],
        "ALIYUN_ACCESS_KEY_SECRET": ALIYUN_KEY[1],
        "SMS_SIGN_NAME": SIGN_NAME,
        "SMS_TEMPLATES": json.dumps(_sms_codes()),
    }
