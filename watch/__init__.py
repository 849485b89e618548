"""The watchmen's door: is it up, is it ready, how is it doing."""
