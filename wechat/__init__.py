"""The lawyer's phone: the mini-program's endpoints, and the only place that calls WeChat."""
