"""A reviewer's yes or no, and what is seen before it."""
