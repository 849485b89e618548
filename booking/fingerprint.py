"""What was shown is what is confirmed: a short mark of something said, the same for the same, another for anything else."""

import hashlib

LENGTH = 32  # hexadecimal digits: 128 bits


def fingerprint(*said: object) -> str:
    """Of texts, numbers, moments, and lists or tuples or dataclasses of them, in this order."""
    return hashlib.sha256(repr(said).encode()).hexdigest()[:LENGTH]
