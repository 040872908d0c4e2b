from pathlib import Path

import pytest
from werkzeug.test import Client

import app
from accessreview.bootstrap.application import prepare
from accessreview.settings import load_settings
from accessreview.web.context import EXTENSION


def test_the_handle_serves_the_configuration_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "accessreview.toml"
    file.write_text('data_directory = "data"\n')
    prepare(load_settings(file))
    monkeypatch.setenv("ACCESSREVIEW_CONFIG", str(file))
    client = Client(app.app)
    assert client.get("/healthz", base_url="http://localhost").text == "ok\n"
    assert client.get("/sign-in", base_url="http://localhost").status_code == 200
    app.flask_application().extensions[EXTENSION].database.close()
    app.flask_application.cache_clear()


def test_importing_the_handle_builds_nothing() -> None:
    assert app.flask_application.cache_info().currsize == 0
