"""Seconds in words of a schedule: `45s`, `12m`, `1h30m`, `2d4h`."""

UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def duration(seconds: int) -> str:
    """At most the two largest units that it has."""
    parts, rest = [], max(0, seconds)
    for size, letter in UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{letter}")
        elif parts:
            break
    return "".join(parts[:2]) or "0s"
