"""Days and slots: laid out, changed, closed, opened."""
