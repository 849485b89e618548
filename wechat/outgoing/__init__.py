"""Whoever calls WeChat: one file an app of ours there."""
