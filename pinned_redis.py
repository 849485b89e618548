"""A connection of the thread's own to Redis, for what every request asks: the client's way costs three times as much."""

import threading
from collections.abc import Sequence
from typing import Any

from hiredis import pack_command
from redis import Redis
from redis.exceptions import ConnectionError, ResponseError


class PinnedConnection(threading.local):
    """Opened at the first question of each thread, from the pool of a client that is not a Cluster's."""

    def __init__(self, redis: Redis):
        self._redis = redis
        self._connection: Any = None

    def ask(self, *command: Any) -> Any:
        """The server's answer, as bytes and numbers. Raises RedisError."""
        (answer,) = self.ask_all([command])
        if isinstance(answer, ResponseError):
            raise answer
        return answer

    def ask_all(self, commands: Sequence[Sequence[Any]]) -> list[Any]:
        """The answers, sent for in one trip; a ResponseError is an answer too. Over a new connection once, where the old
        one broke meanwhile: whatever is asked may be carried out twice. Raises RedisError."""
        try:
            return self._ask_all(commands)
        except ConnectionError:
            return self._ask_all(commands)

    def _ask_all(self, commands: Sequence[Sequence[Any]]) -> list[Any]:
        if self._connection is None:
            self._connection = self._redis.connection_pool.get_connection()
        try:
            self._connection.send_packed_command([b"".join(pack_command(tuple(one)) for one in commands)])
            return [self._read() for _ in commands]
        except BaseException:
            self._connection.disconnect()
            raise

    def _read(self) -> object:
        try:
            return self._connection.read_response()
        except ResponseError as said:
            return said
