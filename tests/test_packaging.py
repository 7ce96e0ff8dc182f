"""What is shipped: the wheel, the image, the compose file. `make check` holds the last against the compose schema."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import turnero
from turnero.config import Settings, variable

ROOT = Path(__file__).parent.parent
KNOWN = {variable(f.name) for f in dataclasses.fields(Settings)}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text()


def test_the_version_is_said_once_more_and_is_the_same() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["version"] == turnero.__version__


def test_the_app_starts_only_after_the_migrations_have_run(compose: dict[str, Any]) -> None:
    app = compose["services"]["app"]

    assert app["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert compose["services"]["migrate"]["command"] == ["migrate"]


@pytest.mark.parametrize("server", ["postgres", "redis"])
def test_the_app_waits_for_healthy_servers_that_keep_their_data(compose: dict[str, Any], server: str) -> None:
    assert compose["services"]["app"]["depends_on"][server] == {"condition": "service_healthy"}
    assert compose["services"][server]["healthcheck"]["test"]
    assert compose["services"][server]["volumes"][0].split(":")[0] in compose["volumes"]


@pytest.mark.parametrize("secret", ["TURNERO_SECRET", "POSTGRES_PASSWORD"])
def test_a_missing_secret_stops_compose_with_a_message_and_never_has_a_default(secret: str) -> None:
    uses = re.findall(r"\$\{" + secret + r"([^}]*)\}", (ROOT / "docker-compose.yml").read_text())

    assert uses
    assert all(use.startswith(f":?set {secret}") for use in uses)


def test_everything_that_turnero_can_be_told_can_be_told_to_compose(compose: dict[str, Any]) -> None:
    assert set(compose["services"]["app"]["environment"]) == KNOWN


def test_every_variable_that_is_set_for_turnero_means_something(compose: dict[str, Any], dockerfile: str) -> None:
    from_compose = {name for name in compose["x-turnero"]["environment"] if name.startswith("TURNERO_")}
    from_image = set(re.findall(r"\b(TURNERO_[A-Z_]+)=", dockerfile))

    assert from_compose | from_image <= KNOWN


def test_the_image_runs_locked_packages_as_a_user_without_rights(dockerfile: str) -> None:
    final_stage = dockerfile.rsplit("\nFROM ", 1)[1]

    assert "uv sync --frozen" in dockerfile
    assert re.search(r"^USER turnero$", final_stage, re.MULTILINE)
    assert "HEALTHCHECK" in final_stage
    assert "/health/ready" in final_stage


def test_the_image_is_given_no_more_than_it_is_built_from(dockerfile: str) -> None:
    admitted = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        source
        for line in dockerfile.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    }

    assert copied == admitted
