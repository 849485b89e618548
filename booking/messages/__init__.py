"""Messages that reached nobody, and what officers do about them."""
