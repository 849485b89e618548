"""Redis: the gate. It turns the crowd away and shows what is left; SQL has the last word on every seat."""
