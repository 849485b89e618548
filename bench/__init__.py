"""Speed: what the service answers a second, each figure against its limit in the same run. docs/speed.md explains."""
