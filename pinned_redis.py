"""A connection of the thread's own to Redis, for what every request asks: the client's way costs three times as much."""

import threading
from typing import Any

from redis import Redis
from redis.exceptions import ConnectionError, ResponseError


class PinnedConnection(threading.local):
    """Opened at the first question of each thread, from the pool of a client that is not a Cluster's."""

    def __init__(self, redis: Redis):
        self._redis = redis
        self._connection: Any = None

    def ask(self, *command: Any) -> Any:
        """The server's answer, as bytes and numbers. Over a new connection once, where the old one broke meanwhile.

        Raises RedisError.
        """
        try:
            return self._ask(*command)
        except ConnectionError:
            return self._ask(*command)

    def _ask(self, *command: object) -> object:
        if self._connection is None:
            self._connection = self._redis.connection_pool.get_connection()
        try:
            self._connection.send_command(*command)
            return self._connection.read_response()
        except ResponseError:
            raise  # an answer too: the connection is good
        except BaseException:
            self._connection.disconnect()
            raise
