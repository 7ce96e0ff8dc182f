"""What people send, as text that can be kept anywhere."""

from __future__ import annotations


def plain(text: str) -> str:
    """Return `text` without what no database keeps: U+0000, and halves of surrogate pairs (RFC 8259 §8.2)."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
