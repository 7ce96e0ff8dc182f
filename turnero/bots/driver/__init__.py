"""Connects conversations to the engine: each message once, each person's in order, each answer durable."""
