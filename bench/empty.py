"""The limit: what Flask answers on this server when it has nothing to do."""

from flask import Flask


def create_app() -> Flask:
    app = Flask("empty")

    @app.post("/")
    def empty() -> dict[str, bool]:
        return {"ok": True}

    return app
