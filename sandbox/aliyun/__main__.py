"""`python -m sandbox.aliyun --port 9002 --key ID:SECRET --sign-name 会见预约 --templates FILE.json`"""

import argparse
import json
from pathlib import Path

from sandbox.aliyun import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox.aliyun", description="Aliyun SMS, as a stand-in")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key", action="append", required=True, type=_pair, metavar="ID:SECRET")
    parser.add_argument("--sign-name", action="append", required=True)
    parser.add_argument("--templates", type=Path, required=True, help="JSON: template code → Chinese text")
    parser.add_argument("--receipts-url", help="where receipts are pushed")
    parser.add_argument("--retry-scale", type=float, default=1.0, help="1 waits 1, 5, 10 minutes between attempts")
    parser.add_argument("--receipt-delay", type=float, default=0.2, help="seconds")
    given = parser.parse_args()
    serve(
        given.port,
        keys=dict(given.key),
        sign_names=given.sign_name,
        templates=json.loads(given.templates.read_text("utf-8")),
        receipts_url=given.receipts_url,
        retry_scale=given.retry_scale,
        receipt_delay=given.receipt_delay,
    )


def _pair(text: str) -> list[str]:
    if ":" not in text:
        raise argparse.ArgumentTypeError(f"{text} is not ID:SECRET")
    return text.split(":", 1)


if __name__ == "__main__":
    main()
