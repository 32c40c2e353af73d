"""``config``: every value as the settings file would have it, and nothing secret."""

from __future__ import annotations

import pytest

from open_autoglm.cli.root import run


def test_values_are_written_as_in_the_settings_file(capsys: pytest.CaptureFixture[str]) -> None:
    upstreams = "{big: {url: http://10.0.0.5:8000/v1, api_key: hidden}, far: {url: http://10.0.0.6/v1}}"
    flags = ["--upstreams", upstreams, "--device-map", "{gpu: 20}", "--allowed-hosts", "[a.local, b.local]"]
    assert run(["config", *flags]) == 0
    shown = {line.split()[0]: " ".join(line.split()[1:]) for line in capsys.readouterr().out.splitlines()}
    assert shown["fetch_images"] == "false default"
    assert shown["allowed_origins"] == "default"
    assert shown["allowed_hosts"] == "[a.local, b.local] flag --allowed-hosts"
    assert shown["device_map"] == "{gpu: 20} flag --device-map"
    assert shown["upstreams"].startswith("big: {url: 'http://10.0.0.5:8000/v1', api_key: '*****")
    assert shown["far:"].startswith("{url: 'http://10.0.0.6/v1'")
    assert "hidden" not in str(shown)
