"""Settings: four layers, each value with its source, each mistake with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_autoglm.config import Settings, load_settings
from open_autoglm.errors import ConfigurationError


def test_defaults_are_those_of_the_contract() -> None:
    loaded = load_settings(environment={})
    assert loaded.values.local_api_port == 8080
    assert loaded.values.device_map == "auto"
    assert set(loaded.sources) == set(Settings.model_fields)
    assert set(loaded.sources.values()) == {"default"}


def test_nearer_layers_win_and_say_so(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("context_window: 1024\nlocal_api_port: 9000\nlog_level: info\n", encoding="utf-8")
    loaded = load_settings(
        file=file,
        environment={"OPEN_AUTOGLM_CONTEXT_WINDOW": "2048", "OPEN_AUTOGLM_LOCAL_API_PORT": "9001"},
        flags={"local_api_port": "9002", "language": None},
    )
    assert (loaded.values.context_window, loaded.values.local_api_port) == (2048, 9002)
    assert loaded.sources["log_level"] == str(file)
    assert loaded.sources["context_window"] == "environment OPEN_AUTOGLM_CONTEXT_WINDOW"
    assert loaded.sources["local_api_port"] == "flag --local-api-port"
    assert loaded.sources["language"] == "default"


def test_layers_per_device_are_read_from_a_flag() -> None:
    assert load_settings(environment={}, flags={"device_map": "{gpu: 20}"}).values.device_map == {"gpu": 20}


def test_the_file_named_by_the_environment_is_read(tmp_path: Path) -> None:
    file = tmp_path / "b.yaml"
    file.write_text("model_path: ./models/openglm-7b-int8.bin\n", encoding="utf-8")
    loaded = load_settings(environment={"OPEN_AUTOGLM_CONFIG": str(file)})
    assert loaded.values.model_path == "./models/openglm-7b-int8.bin"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("context_windw: 1\n", ["context_windw", "Remove it or use one of", "context_window"]),
        ("context_window: many\n", ["context_window", "'many'"]),
        ("local_api_port: 70000\n", ["local_api_port", "70000", "65535"]),
        (
            "upstreams: {big: {url: 10.0.0.5}}\n",
            ["'upstreams.big.url'", "'10.0.0.5'", "http://10.0.0.5:8000"],
        ),
        ("otlp_endpoint: localhost\n", ["otlp_endpoint", "'localhost'", "http://127.0.0.1:4318"]),
        ("- a\n- b\n", ["key: value"]),
        ("a: [\n", ["not valid YAML"]),
    ],
)
def test_a_mistake_names_key_value_place_and_remedy(tmp_path: Path, text: str, words: list[str]) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_settings(file=file, environment={})
    for word in [*words, str(file)]:
        assert word in str(caught.value)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.yaml"):
        load_settings(file=tmp_path / "none.yaml", environment={})


def test_a_data_folder_below_the_home_folder_is_one_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    settings = load_settings(flags={"data_dir": "~/models"}, environment={}).values
    assert settings.data_dir == tmp_path / "models"
    assert Settings(data_dir=Path("~/models")).data_dir == tmp_path / "models"


def test_a_mistake_in_an_upstream_does_not_show_its_key() -> None:
    with pytest.raises(ConfigurationError, match=r"'upstreams\.big\.url' is missing") as caught:
        load_settings(environment={}, flags={"upstreams": "{big: {api_key: hidden}}"})
    assert "hidden" not in str(caught.value)


def test_one_name_is_a_list_too() -> None:
    flags = {"allowed_hosts": "pc.local", "allowed_origins": "[https://a.example, https://b.example]"}
    settings = load_settings(environment={}, flags=flags).values
    assert settings.allowed_hosts == ("pc.local",)
    assert settings.allowed_origins == ("https://a.example", "https://b.example")


def test_a_flag_that_is_no_value_is_named_as_it_was_written() -> None:
    with pytest.raises(ConfigurationError, match=r"--model-path is '!!!'.* quote"):
        load_settings(environment={}, flags={"model_path": "!!!"})
