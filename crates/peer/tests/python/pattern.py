"""What a source says, as docs/wire.md gives it."""


def pattern(size):
    """The first bytes of it."""
    return b"".join(b"%07x " % n for n in range(size // 8 + 1))[:size]
