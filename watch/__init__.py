"""The watchmen's door: is it up, is it ready, how is it doing."""

from watch.health import blueprint as health
from watch.metrics import count
from watch.metrics import register as register_metrics

__all__ = ["count", "health", "register_metrics"]
