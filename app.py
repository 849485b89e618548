"""Builds everything: reads the settings, wires the desk, opens the doors. Nobody imports it."""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from apiflask import APIFlask
from flask import redirect
from pydantic import SecretStr
from werkzeug.middleware.proxy_fix import ProxyFix

import config
import console
import jobs
import jobs.receipts
import models
import terminal
import wake
import wechat.account
import wechat.api
from booking.desk import Desk
from config import Settings
from house import House
from known_bodies import KnownBodies
from models.sealed import Keyring
from seats.counters import SeatCounters
from seats.servers import Breakers, connect
from slow_bodies import SlowBodies
from sms.aliyun import Aliyun
from sms.asking import Asking
from sms.delivery import Delivery
from sms.subscription import Message, Subscription
from sms.templates import NOTICE_KINDS
from watch import health, metrics
from wechat.account import Menu, Tags
from wechat.outgoing import calling
from wechat.outgoing.account import Account
from wechat.outgoing.miniprogram import WeChat
from wechat.outgoing.website import Website


@dataclass(frozen=True)
class Furnished(House):
    """The house, and what WeChat's own doors find in it."""

    wechat: WeChat
    website: Website
    officer_tags: Tags


class Service(APIFlask):
    """Flask, spared what nothing here needs: coroutines, and a cookie session on the lawyers' door."""

    def ensure_sync(self, func: Callable[..., object]) -> Callable[..., object]:
        return func


def create_app(settings: Settings | None = None) -> APIFlask:
    """The whole service in one WSGI application; `flask --app app` and the web server call it without settings."""
    settings = settings or _settings()
    _check_templates(settings)
    os.umask(0o077)  # whatever is written from here on, database and dumps included, is nobody else's to read
    models.open_database(settings.database_url, Keyring(settings.field_key_bytes, settings.index_key_bytes))
    # None and nothing else: an empty folder name would serve the whole project, settings and keys included.
    app = Service("huijian", static_folder=None, docs_path=None, spec_path=None)  # type: ignore[arg-type]
    if hops := settings.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.config["TRUSTED_HOSTS"] = settings.hosts
    house = app.extensions["huijian"] = _house(settings)
    metrics.register(app)
    known = wechat.api.register(
        app,
        desk=house.desk,
        wechat=house.wechat,
        redis=house.redis,
        breaker=house.breaker,
        secret_keys=settings.secret_keys,
        message_templates=house.wechat_template_ids.values(),
        count=metrics.count,
        hot=settings.hot == "on",
    )
    console.register(
        app,
        desk=house.desk,
        redis=house.redis,
        secret_keys=settings.secret_keys,
        asking=house.asking,
        public_url=settings.public_url,
        wechat=console.WeChatDoor(settings.wechat_website_appid, settings.wechat_open_url, house.website.openid_for),
        demo_accounts=_demo_accounts() if settings.is_demo else (),
    )
    wechat.account.register(
        app,
        desk=house.desk,
        redis=house.redis,
        breaker=house.breaker,
        tags=house.officer_tags,
        appid=settings.wechat_account_appid,
        token=settings.wechat_account_token.get_secret_value(),
        aes_keys=settings.wechat_account_aes_key,
        public_url=settings.public_url,
    )
    if settings.is_demo:
        _front_door(app, settings)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(jobs.receipts.blueprint)
    app.add_url_rule("/docs", "docs", lambda: redirect("/api/v1/docs"))
    app.add_url_rule("/openapi.json", "openapi", lambda: redirect("/api/v1/openapi.json"))
    for command in (*terminal.COMMANDS, *jobs.COMMANDS):
        app.cli.add_command(command)
    app.wsgi_app = SlowBodies(app.wsgi_app, settings.proxy_hops)  # type: ignore[method-assign]
    if known:
        app.wsgi_app = KnownBodies(app.wsgi_app, known)  # type: ignore[method-assign]
    return app


def _house(settings: Settings) -> Furnished:
    redis, seats_redis = connect(settings.redis_url), connect(settings.seats_url)
    breakers = Breakers()
    checkpoint = _checkpoint(settings.huijian_fault)
    secret, url = SecretStr.get_secret_value, settings.wechat_api_url
    there = (redis, url, calling.machine())
    client = WeChat(settings.wechat_miniprogram_appid, secret(settings.wechat_miniprogram_secret), *there)
    account = Account(settings.wechat_account_appid, secret(settings.wechat_account_secret), *there)
    website = Website(settings.wechat_website_appid, secret(settings.wechat_website_secret), *there)
    tags = Tags(account, redis)
    key = settings.aliyun_access_key_id, secret(settings.aliyun_access_key_secret)
    aliyun = Aliyun(settings.aliyun_sms_endpoint, *key, settings.sms_sign_name, settings.sms_templates)
    filed = settings.wechat_message_templates
    messages = {kind: Message(one.id, one.fields) for kind, one in filed.items()}
    subscription = Subscription(client.send_subscription_message, messages)
    seats = SeatCounters(seats_redis, breakers[settings.seats_url])
    wake.connect(seats.wake)
    return Furnished(
        desk=Desk(seats, checkpoint=checkpoint),
        redis=redis,
        breaker=breakers[settings.redis_url],
        seats_redis=seats_redis,
        wechat=client,
        website=website,
        officer_tags=tags,
        menu=Menu(account, tags),
        delivery=Delivery(aliyun, subscription, checkpoint=checkpoint),
        asking=Asking(aliyun),
        wechat_template_ids={kind: one.id for kind, one in filed.items()},
        receipt_secret=settings.sms_receipt_secret.get_secret_value(),
        public_host="" if settings.is_demo else settings.public_url.partition("://")[2],
        load_demo=_demo_world() if settings.is_demo else None,
    )


def _front_door(app: APIFlask, settings: Settings) -> None:
    """The demo's landing page at `/`; production has none."""
    from sandbox import landing

    landing.register(app, settings.wechat_open_url, settings.aliyun_sms_endpoint)


def _demo_world() -> Callable[[Desk, datetime], None]:
    """Imported only where this is a demo: in production nothing of it is even loaded."""
    from sandbox import world

    return world.load


def _demo_accounts() -> list[str]:
    from sandbox.world.cast import OFFICERS

    return [officer.account for officer in OFFICERS]


def _checkpoint(fault: str) -> Callable[[str], None]:
    """HUIJIAN_FAULT names the step at which this process kills itself, so that tests can see what is left."""

    def reach(name: str) -> None:
        if name == fault:
            os.kill(os.getpid(), signal.SIGKILL)

    return reach if fault else lambda name: None


def _check_templates(settings: Settings) -> None:
    """One kind without a template would hold up every SMS behind it."""
    if lacking := ", ".join(sorted(NOTICE_KINDS - settings.sms_templates.keys())):
        _stop(f"SMS_TEMPLATES lacks {lacking}: file the text with Aliyun and give its code")


def _settings() -> Settings:
    try:
        return config.load()
    except config.BadSettings as bad:
        _stop(bad)


def _stop(why: object) -> NoReturn:
    sys.exit(f"huijian does not start:\n{why}")
