"""The letterbox: what lawyers are told, kept in SQL and carried by Aliyun and WeChat."""
