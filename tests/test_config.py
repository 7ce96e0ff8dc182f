"""Settings from the environment."""

from __future__ import annotations

import dataclasses

import pytest

from turnero.config import Settings, SettingsError, settings_from, unknown_variables, variable, without_password

SECRET = "a-secret-that-is-long-enough-for-hs256"

# As the contract names them. A name that changes breaks every deployment.
CONTRACT = """
    TURNERO_DATABASE_URL TURNERO_REDIS_URL TURNERO_HOST TURNERO_PORT TURNERO_SECRET TURNERO_PUBLIC_URL
    TURNERO_TWILIO_ACCOUNT_SID TURNERO_TWILIO_AUTH_TOKEN TURNERO_TWILIO_WHATSAPP_FROM TURNERO_TWILIO_SMS_FROM
    TURNERO_TWILIO_API_URL TURNERO_TELEGRAM_TOKEN TURNERO_TELEGRAM_SECRET TURNERO_TELEGRAM_API_URL TURNERO_SMTP_URL
    TURNERO_MAIL_FROM TURNERO_VAPID_PRIVATE_KEY TURNERO_MERCADOPAGO_TOKEN TURNERO_MERCADOPAGO_API_URL
""".split()


# What WhatsApp demands, and the contract has no place for.
BESIDE_IT = ["TURNERO_TWILIO_TEMPLATES"]


def test_every_variable_of_the_contract_is_known_and_no_other() -> None:
    assert sorted(variable(f.name) for f in dataclasses.fields(Settings)) == sorted(CONTRACT + BESIDE_IT)


def test_a_secret_is_all_that_a_node_has_to_be_given() -> None:
    settings = settings_from({"TURNERO_SECRET": SECRET})

    assert settings.database_url == "sqlite:///turnero.db"
    assert settings.redis_url is None
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)


def test_an_empty_variable_counts_as_missing() -> None:
    settings = settings_from({"TURNERO_SECRET": SECRET, "TURNERO_REDIS_URL": "", "TURNERO_PORT": " "})

    assert settings.redis_url is None
    assert settings.port == 8080


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "TURNERO_SECRET is missing: make one with: python3"),
        ({"TURNERO_SECRET": "short"}, "TURNERO_SECRET is too short to sign tokens with, it takes 32 bytes"),
        ({"TURNERO_PORT": "http"}, "TURNERO_PORT is 'http': give a port between 0 and 65535"),
        ({"TURNERO_PORT": "65536"}, "TURNERO_PORT is '65536'"),
        ({"TURNERO_PORT": "-1"}, "TURNERO_PORT is '-1'"),
        (
            {"TURNERO_DATABASE_URL": "mysql://u:p@h/d"},
            "TURNERO_DATABASE_URL is a 'mysql' URL: give one such as sqlite:///",
        ),
        ({"TURNERO_DATABASE_URL": "turnero.db"}, "TURNERO_DATABASE_URL is not a URL: give"),
        ({"TURNERO_REDIS_URL": "localhost:6379"}, "TURNERO_REDIS_URL is not a URL: give one such as redis://"),
        ({"TURNERO_PUBLIC_URL": "turnos.example"}, "TURNERO_PUBLIC_URL is not a URL"),
        ({"TURNERO_PUBLIC_URL": "https://"}, "TURNERO_PUBLIC_URL must be where the outside reaches this server"),
        ({"TURNERO_PUBLIC_URL": "http://[::1"}, "TURNERO_PUBLIC_URL is not a URL"),
        ({"TURNERO_SMTP_URL": "mail.example"}, "TURNERO_SMTP_URL is not a URL: give one such as smtps://"),
        ({"TURNERO_SMTP_URL": "smtp://u:p@mail:x"}, "TURNERO_SMTP_URL must be a mail server and nothing else"),
        ({"TURNERO_SMTP_URL": "smtp://"}, "TURNERO_SMTP_URL must be a mail server"),
        ({"TURNERO_SMTP_URL": "smtp://mail/queue?x=1"}, "TURNERO_SMTP_URL must be a mail server"),
        (
            {"TURNERO_MAIL_FROM": "El Turno <a@b.example>"},
            "TURNERO_MAIL_FROM is 'El Turno <a@b.example>': give an address",
        ),
        ({"TURNERO_MAIL_FROM": "ñandú@b.example"}, "TURNERO_MAIL_FROM is 'ñandú@b.example'"),
        ({"TURNERO_TELEGRAM_SECRET": "a b"}, "TURNERO_TELEGRAM_SECRET may have letters, digits, _ and - only"),
        (
            {"TURNERO_TWILIO_TEMPLATES": "HX1"},
            "TURNERO_TWILIO_TEMPLATES is no JSON object of messages and Content SIDs",
        ),
        ({"TURNERO_TWILIO_TEMPLATES": '["HX1"]'}, "TURNERO_TWILIO_TEMPLATES is no JSON object"),
        ({"TURNERO_TWILIO_TEMPLATES": '{"reminder": "SM1"}'}, "TURNERO_TWILIO_TEMPLATES is no JSON object"),
    ],
)
def test_an_error_names_the_variable_and_says_what_to_do(environ: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        settings_from({"TURNERO_SECRET": SECRET} | environ if environ else {})

    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        settings_from({"TURNERO_PORT": "x", "TURNERO_REDIS_URL": "y"})

    assert [p.split()[0] for p in refused.value.problems] == ["TURNERO_SECRET", "TURNERO_REDIS_URL", "TURNERO_PORT"]


def test_no_secret_and_no_password_shows_in_a_repr_or_an_error() -> None:
    told = {name: f"hush-{name}-hush-hush-hush-hush-hush" for name in CONTRACT if _is_secret(name)}
    told |= {
        "TURNERO_DATABASE_URL": "postgresql://turnero:hush@db/turnero",
        "TURNERO_REDIS_URL": "redis://:hush@cache/0",
        "TURNERO_SMTP_URL": "smtp://u:hush@mail",
    }

    assert "hush" not in repr(settings_from(told))
    with pytest.raises(SettingsError) as refused:
        settings_from(told | {"TURNERO_DATABASE_URL": "oracle://turnero:hush@db/x", "TURNERO_SECRET": "hush"})
    assert "hush" not in str(refused.value)


def _is_secret(name: str) -> bool:
    return name.endswith(("_SECRET", "_TOKEN", "_KEY"))


def test_a_url_is_shown_without_its_password() -> None:
    assert without_password("postgresql://me:pw@db:5432/turnero") == "postgresql://me:***@db:5432/turnero"
    assert without_password("redis://:pw@cache/0") == "redis://:***@cache/0"
    assert without_password("sqlite:////var/lib/turnero.db") == "sqlite:////var/lib/turnero.db"


def test_templates_are_read_by_the_kind_of_message() -> None:
    sid = "HX" + "0123456789abcdef" * 2
    settings = settings_from({"TURNERO_SECRET": SECRET, "TURNERO_TWILIO_TEMPLATES": f'{{"reminder": "{sid}"}}'})

    assert settings.twilio_templates == {"reminder": sid}


def test_settings_cannot_be_changed() -> None:
    settings = settings_from({"TURNERO_SECRET": SECRET})

    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.port = 1  # type: ignore[misc]  # that this is refused is the point


def test_a_public_url_loses_its_last_slash_so_that_paths_can_be_added() -> None:
    settings = settings_from({"TURNERO_SECRET": SECRET, "TURNERO_PUBLIC_URL": "https://turnos.example/"})

    assert settings.public_url == "https://turnos.example"


def test_a_variable_that_means_nothing_is_found() -> None:
    assert unknown_variables({"TURNERO_SECRETT": "x", "TURNERO_SECRET": "y", "HOME": "/"}) == ("TURNERO_SECRETT",)
