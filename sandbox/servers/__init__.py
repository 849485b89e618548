"""Real servers that live and end with the process that started them: Redis (Valkey) and PostgreSQL."""
