"""Clients of one Redis, of a Sentinel's master, or of a Cluster, by URL."""

from typing import Any
from urllib.parse import unquote, urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import ConnectionError, RedisError
from redis.retry import Retry
from redis.sentinel import Sentinel

from circuit_breaker import CircuitBreaker

ANSWER_SECONDS = 0.5


class Breakers(dict[str, CircuitBreaker]):
    """One a machine, by URL: who share one learn together that it is gone."""

    def __missing__(self, url: str) -> CircuitBreaker:
        return self.setdefault(url, CircuitBreaker(RedisError))


def connect(url: str) -> Any:
    """`redis://`, `rediss://`, `unix://`; `redis+sentinel://host:port,host:port/service?db=0`; `redis+cluster://host:port,…`.

    Short time-outs and one more try at once: the defaults of the client block for seconds when the server is gone.
    """
    kind, _, rest = url.partition("://")
    if kind == "redis+sentinel":
        return _of_sentinel(rest)
    if kind == "redis+cluster":
        nodes = [ClusterNode(host, port) for host, port in _hosts(rest)]
        return RedisCluster(startup_nodes=nodes, **_login(rest), **_timeouts())
    return Redis.from_url(url, **_timeouts(), retry=_once_more())


def _of_sentinel(rest: str) -> Any:
    place = urlsplit(f"//{rest}")
    options = dict(pair.split("=", 1) for pair in place.query.split("&") if pair)
    sentinel = Sentinel(_hosts(rest), **_timeouts())
    return sentinel.master_for(
        place.path.strip("/"),
        db=int(options.get("db", 0)),
        **_login(rest),
        **_timeouts(),
        retry=_once_more(),
    )


def _hosts(rest: str) -> list[tuple[str, int]]:
    named = rest.partition("/")[0].rpartition("@")[2].split(",")
    return [(host, int(port)) for host, _, port in (name.rpartition(":") for name in named)]


def _login(rest: str) -> dict[str, Any]:
    who, at, _ = rest.partition("/")[0].rpartition("@")
    user, _, password = who.partition(":")
    login = {"username": unquote(user), "password": unquote(password)} if at else {}
    return {name: value for name, value in login.items() if value}


def _once_more() -> Retry:
    """Over a new connection when the old one broke. A server that is silent is not asked again."""
    return Retry(NoBackoff(), 1, supported_errors=(ConnectionError,))


def _timeouts() -> dict[str, Any]:
    return {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
