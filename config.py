"""Settings, frozen, from the environment and a `.env` file. A bad value stops the start and names itself."""

import base64
import binascii
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

ROOT = Path(__file__).resolve().parent
DEMO_ENV = ROOT / "var" / "demo.env"

Words = Annotated[tuple[str, ...], NoDecode]


class BadSettings(Exception):
    """One line a setting: its name and what is wrong with it."""


WeChatField = Annotated[str, Field(pattern=r"^(thing|character_string)\d{1,2}$")]


class MessageTemplate(BaseModel):
    """A subscription message as filed: its id, and WeChat's name of each field; one that is null is not in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1, max_length=64)
    centre: WeChatField | None = None
    when: WeChatField | None = None
    ref: WeChatField | None = None
    note: WeChatField | None = None

    @property
    def fields(self) -> dict[str, str]:
        """What is told → WeChat's name for it."""
        return self.model_dump(exclude={"id"}, exclude_none=True)


class Settings(BaseSettings):
    """What an installation is told. Operators' files use these names: they stay. Lists: by commas, newest first."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    huijian_env: Literal["demo", "production"]
    database_url: str = Field(repr=False, pattern=r"^(sqlite:///.+|postgres(ql)?://.+)$")
    redis_url: str = Field(repr=False, pattern=r"^(redis|rediss|unix|redis\+sentinel)://.+$")
    seats_redis_url: str = Field(
        "", repr=False, pattern=r"^((redis|rediss|unix|redis\+sentinel|redis\+cluster)://.+)?$"
    )
    secret_keys: Words = Field(min_length=1, repr=False)
    field_keys: Words = Field(min_length=1, repr=False)
    index_key: SecretStr
    wechat_miniprogram_appid: str = Field(pattern=r"^wx[0-9a-zA-Z]{16}$")
    wechat_miniprogram_secret: SecretStr
    wechat_account_appid: str = Field(pattern=r"^wx[0-9a-zA-Z]{16}$")
    wechat_account_secret: SecretStr
    wechat_account_token: SecretStr
    wechat_account_aes_key: Words = Field(min_length=1, repr=False)
    wechat_website_appid: str = Field(pattern=r"^wx[0-9a-zA-Z]{16}$")
    wechat_website_secret: SecretStr
    wechat_api_url: str = Field("https://api.weixin.qq.com", pattern=r"^https?://[^/]+$")
    wechat_open_url: str = Field("https://open.weixin.qq.com", pattern=r"^https?://[^/]+$")
    wechat_message_templates: dict[str, MessageTemplate] = {}
    aliyun_access_key_id: str
    aliyun_access_key_secret: SecretStr
    aliyun_sms_endpoint: str = Field("https://dysmsapi.aliyuncs.com", pattern=r"^https?://[^/]+$")
    sms_sign_name: str = Field(min_length=2, max_length=12)
    sms_templates: dict[str, str]
    sms_receipt_secret: SecretStr
    public_url: str = Field(pattern=r"^https?://[^/]+$")
    proxy_hops: int = Field(0, ge=0, le=5)
    trusted_hosts: Words = ()
    hot: Literal["on", "off"] = "on"
    huijian_fault: str = ""

    @field_validator("secret_keys", "field_keys", "wechat_account_aes_key", "trusted_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("secret_keys")
    @classmethod
    def _long_enough(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        if any(len(key) < 32 for key in keys):
            raise ValueError("each key needs 32 characters or more")
        return keys

    @field_validator("field_keys")
    @classmethod
    def _aes_keys(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        for key in keys:
            _key_bytes(key)
        return keys

    @field_validator("wechat_account_aes_key")
    @classmethod
    def _encoding_aes_keys(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        if any(not re.fullmatch(r"[A-Za-z0-9]{43}", key) for key in keys):
            raise ValueError("each key has 43 letters and digits, as WeChat shows it")
        return keys

    @field_validator("index_key")
    @classmethod
    def _hmac_key(cls, key: SecretStr) -> SecretStr:
        _key_bytes(key.get_secret_value())
        return key

    @field_validator("sms_receipt_secret", "wechat_account_token")
    @classmethod
    def _unguessable(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 24:
            raise ValueError("needs 24 characters or more: whoever knows it can speak for the other side")
        return value

    @model_validator(mode="after")
    def _nothing_of_the_demo(self) -> "Settings":
        if self.huijian_env == "production":
            for name, value in self._as_text().items():
                if "demo" in value.lower() and name != "database_url":
                    raise ValueError(f"{name.upper()} is the demo's, and this is production")
            for name in ("wechat_api_url", "wechat_open_url", "aliyun_sms_endpoint", "public_url"):
                if not getattr(self, name).startswith("https://"):
                    raise ValueError(f"{name.upper()} must be https:// in production")
            if self.huijian_fault:
                raise ValueError("HUIJIAN_FAULT is for tests only")
        return self

    def _as_text(self) -> dict[str, str]:
        values = {name: getattr(self, name) for name in type(self).model_fields if name != "huijian_env"}
        return {n: v.get_secret_value() if isinstance(v, SecretStr) else str(v) for n, v in values.items()}

    @property
    def seats_url(self) -> str:
        return self.seats_redis_url or self.redis_url

    @property
    def field_key_bytes(self) -> tuple[bytes, ...]:
        return tuple(_key_bytes(key) for key in self.field_keys)

    @property
    def index_key_bytes(self) -> bytes:
        return _key_bytes(self.index_key.get_secret_value())

    @property
    def hosts(self) -> list[str] | None:
        """By which names the service may be asked for; None in the demo, where its ports move."""
        public = urlsplit(self.public_url).hostname or ""
        return None if self.is_demo else [public, "127.0.0.1", "localhost", "[::1]", *self.trusted_hosts]

    @property
    def is_demo(self) -> bool:
        return self.huijian_env == "demo"


def _key_bytes(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("must be 32 bytes in base64") from None
    if len(raw) != 32:
        raise ValueError(f"must be 32 bytes in base64, has {len(raw)}")
    return raw


def load(env_file: Path | None = ROOT / ".env", demo_env: Path = DEMO_ENV) -> Settings:
    """Settings of this installation: the environment, then `.env`.

    The running demo leaves `var/demo.env`; it is read only where neither says what this is, so that no secret of
    the demo can slip into a production that merely forgot one.

    Raises BadSettings, a line for each wrong or missing setting.
    """
    stated = "HUIJIAN_ENV" in os.environ or (env_file is not None and env_file.exists())
    file = env_file if stated or not demo_env.exists() else demo_env
    try:
        return Settings(_env_file=file)
    except SettingsError as unreadable:
        name = str(unreadable).split('"')[1].upper()
        raise BadSettings(f'{name} must be JSON, as in {{"confirmed": "SMS_123"}}') from None
    except ValidationError as wrong:
        raise BadSettings("\n".join(_line(error) for error in wrong.errors())) from None


def _line(error: Any) -> str:
    name = str(error["loc"][0]).upper() if error["loc"] else ""
    why = "is missing" if error["type"] == "missing" else error["msg"].removeprefix("Value error, ")
    return f"{name} {why}".strip()
