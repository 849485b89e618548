"""The demo's front door at `/`: it leads each kind of person to their place. Production has none."""

from collections.abc import Iterable
from typing import NamedTuple

from flask import Blueprint, Flask, render_template

from booking.officers.officers import ROLES
from models import Centre, rows_of
from sandbox.runner.welcome import LAWYERS
from sandbox.world.cast import OFFICERS

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class Doorway(NamedTuple):
    """Somewhere to go: where, what it is called, what one finds there."""

    url: str
    name: str
    what: str


def register(app: Flask, wechat_url: str, aliyun_url: str) -> None:
    """`wechat_url` and `aliyun_url` are those of the stand-ins, as a browser on this machine reaches them."""
    blueprint = Blueprint(
        "landing", __name__, template_folder="templates", static_folder="static", static_url_path="/demo"
    )

    @blueprint.get("/")
    def landing() -> tuple[str, dict[str, str]]:
        centres = dict(rows_of(Centre.select(Centre.code, Centre.name)))
        page = render_template(
            "landing/landing.html",
            officers=[(one, ROLES[one.role], centres.get(one.centre, "全局")) for one in OFFICERS],
            lawyers=LAWYERS,
            phones=_places(wechat_url, aliyun_url),
            machines=_MACHINES,
        )
        return page, {"Content-Security-Policy": POLICY}

    app.register_blueprint(blueprint)


def _places(wechat_url: str, aliyun_url: str) -> Iterable[Doorway]:
    yield Doorway(f"{wechat_url}/chat", "民警公众号", "像在微信里一样点菜单、打字查询；可选已绑定的民警或陌生人")
    yield Doorway(f"{aliyun_url}/", "手机短信", "律师们收到的每一条短信")
    yield Doorway("/api/v1/docs", "律师端接口", "小程序用的接口文档，可以当场试")


_MACHINES = (
    Doorway("/healthz", "存活", "负载均衡用"),
    Doorway("/readyz", "就绪", "数据库、Redis、名额、队列、时钟各自的状态"),
    Doorway("/metrics", "指标", "Prometheus 格式，仅内网可见"),
)
