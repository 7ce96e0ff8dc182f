"""The live stream: a pure session of frames, and the thin shell that carries it over WebSockets (RFC 6455)."""
