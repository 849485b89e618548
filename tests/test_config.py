"""A wrong or missing setting stops the start and says which and why."""

import json
from pathlib import Path

import pytest

import config
from app import create_app
from config import BadSettings
from sms.templates import TEMPLATES
from tests.service import environment, settings

PRODUCTION = {
    "HUIJIAN_ENV": "production",
    "DATABASE_URL": "postgresql://huijian@db/huijian",
    "SECRET_KEYS": "a-key-that-is-long-enough-for-service-1",
    "ALIYUN_SMS_ENDPOINT": "https://dysmsapi.aliyuncs.com",
    "WECHAT_API_URL": "https://api.weixin.qq.com",
    "PUBLIC_URL": "https://huijian.example.cn",
    "ALIYUN_ACCESS_KEY_ID": "LTAI-of-the-service",
    "ALIYUN_ACCESS_KEY_SECRET": "secret-of-the-service",
    "SMS_RECEIPT_SECRET": "a-long-path-nobody-guesses-0001",
    "WECHAT_ACCOUNT_TOKEN": "a-long-token-nobody-guesses-001",
    **{f"WECHAT_{name}_APPID": "wx0123456789abcdef" for name in ("MINIPROGRAM", "ACCOUNT", "WEBSITE")},
    **{f"WECHAT_{name}_SECRET": "a-secret" for name in ("MINIPROGRAM", "ACCOUNT", "WEBSITE")},
}
DEMO = environment("sqlite:///x.db", "redis://127.0.0.1/0")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in DEMO:
        if name != "PATH":
            monkeypatch.delenv(name, raising=False)


def written(folder: Path, settings: dict[str, str]) -> Path:
    file = folder / ".env"
    file.write_text("".join(f"{name}='{value}'\n" for name, value in settings.items()), "utf-8")
    return file


def load(folder: Path, **changed: str) -> config.Settings:
    return config.load(written(folder, DEMO | changed), folder / "none.env")


def test_every_setting_in_place_starts(tmp_path: Path) -> None:
    settings = load(tmp_path, **PRODUCTION)
    assert not settings.is_demo
    assert settings.seats_url == settings.redis_url


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://x"),
        ("REDIS_URL", "localhost"),
        ("SECRET_KEYS", "short"),
        ("FIELD_KEYS", "bm90IDMyIGJ5dGVz"),
        ("INDEX_KEY", "not base64!"),
        ("WECHAT_MINIPROGRAM_APPID", "wx1"),
        ("WECHAT_ACCOUNT_AES_KEY", "A" * 42),
        ("WECHAT_ACCOUNT_AES_KEY", f"{'A' * 43},not 43 letters"),
        ("SMS_RECEIPT_SECRET", "guessable"),
        ("PUBLIC_URL", "huijian.example.cn"),
        ("PROXY_HOPS", "many"),
        ("SMS_TEMPLATES", "no json"),
        ("WECHAT_MESSAGE_TEMPLATES", '{"confirmed":{"id":"T","when":"time2"}}'),
        ("WECHAT_MESSAGE_TEMPLATES", '{"confirmed":"T"}'),
        ("HUIJIAN_ENV", "staging"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=f"(?m)^{name} "):
        load(tmp_path, **{name: value})


@pytest.mark.parametrize(
    "name", ["DATABASE_URL", "REDIS_URL", "SECRET_KEYS", "INDEX_KEY", "SMS_TEMPLATES", "HUIJIAN_ENV"]
)
def test_a_missing_setting_is_named(tmp_path: Path, name: str) -> None:
    settings = {other: value for other, value in DEMO.items() if other != name}
    with pytest.raises(BadSettings, match=f"{name} is missing"):
        config.load(written(tmp_path, settings), tmp_path / "none.env")


@pytest.mark.parametrize("name", ["SECRET_KEYS", "ALIYUN_ACCESS_KEY_ID", "WECHAT_ACCOUNT_TOKEN", "PUBLIC_URL"])
def test_nothing_of_the_demo_is_taken_into_production(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadSettings, match=name):
        load(tmp_path, **(PRODUCTION | {name: DEMO[name]}))


def test_no_fault_is_ordered_in_production(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="HUIJIAN_FAULT"):
        load(tmp_path, **PRODUCTION, HUIJIAN_FAULT="held")


def test_no_secret_stands_in_the_complaint_or_the_settings_shown(tmp_path: Path) -> None:
    shown = repr(load(tmp_path, **PRODUCTION))
    assert not [
        name for name, value in PRODUCTION.items() if name.endswith(("_KEYS", "_SECRET", "_TOKEN")) and value in shown
    ]
    with pytest.raises(BadSettings) as bad:
        load(tmp_path, SECRET_KEYS="hush")
    assert "hush" not in str(bad.value)


def test_the_demos_file_is_read_only_where_nothing_else_says_what_this_is(tmp_path: Path) -> None:
    demo = tmp_path / "demo.env"
    demo.write_text(written(tmp_path, DEMO).read_text("utf-8"), "utf-8")
    (tmp_path / ".env").unlink()
    assert config.load(tmp_path / ".env", demo).is_demo
    with pytest.raises(BadSettings, match="HUIJIAN_ENV is missing"):
        config.load(written(tmp_path, {"PUBLIC_URL": "https://x.cn"}), demo)


def test_a_kind_of_notice_without_a_template_stops_the_start() -> None:
    codes = {kind: "SMS_1" for kind in TEMPLATES if kind != "withdrawn"}
    with pytest.raises(SystemExit, match="SMS_TEMPLATES lacks withdrawn"):
        create_app(settings(DEMO | {"SMS_TEMPLATES": json.dumps(codes)}))
