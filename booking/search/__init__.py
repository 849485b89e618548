"""Who and what an officer may look up."""
