"""Lists that arrive as files: the roll of lawyers, the register of people held."""
