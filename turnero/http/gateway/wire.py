"""What a push looks like on the wire: the same bytes for every subscriber."""

from __future__ import annotations

_TEXT_FRAME = 0x81  # FIN, and the opcode of text
_LENGTH_IN_16_BITS = 126
_LENGTH_IN_64_BITS = 127


def framed(text: bytes) -> bytes:
    """Return `text` as an unmasked, unfragmented WebSocket text frame (RFC 6455 §5.2)."""
    length = len(text)
    if length < _LENGTH_IN_16_BITS:
        return bytes((_TEXT_FRAME, length)) + text
    if length < 1 << 16:
        return bytes((_TEXT_FRAME, _LENGTH_IN_16_BITS)) + length.to_bytes(2, "big") + text
    return bytes((_TEXT_FRAME, _LENGTH_IN_64_BITS)) + length.to_bytes(8, "big") + text
