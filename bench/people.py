"""Who is in the measurements: lawyer n, his session, and the person he defends, each made from the number."""

from bench.scale import CENTRES, DAYS

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def token(n: int) -> str:
    return f"b{n:042d}"


def licence_no(n: int) -> str:
    return f"13101201810{n:06d}"


def lawyer_name(n: int) -> str:
    return f"律师{n}"


def detainee_name(n: int) -> str:
    return f"某{n}"


def centre_of(n: int) -> str:
    """Where lawyer n's client is held."""
    return CENTRES[n // DAYS % len(CENTRES)]


def id_no(n: int) -> str:
    """A valid ID number, another for each n under ten million."""
    day, rest = n % 28 + 1, n // 28
    digits = f"310115{1950 + rest // 12 % 40}{rest % 12 + 1:02d}{day:02d}{rest // 480:03d}"
    return digits + "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, digits, strict=True)) % 11]
