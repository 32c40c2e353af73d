"""Threads, layers and context that this machine can really carry, or one sentence why not."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pytest
from model_samples import gguf_bytes, make_machine

from open_autoglm.errors import ConfigurationError, EngineStartFailed
from open_autoglm.local.hardware import Gpu
from open_autoglm.local.placement import plan_placement
from open_autoglm.local.tiers import ChosenModel

TOKEN_BYTES = 24 * 2 * (64 + 64) * 2  # the sample's layers, key-value heads, head length, 16 bits
CARD = Gpu("Card", 12_000_000_000, 11_000_000_000)


@pytest.fixture
def chosen(tmp_path: Path) -> ChosenModel:
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf_bytes(padding=500_000))
    return ChosenModel("model", "model", path, "")


def test_threads_are_the_free_physical_cores_and_never_more(chosen: ChosenModel) -> None:
    assert plan_placement(chosen, make_machine(free_cores=3)).threads == 3
    assert plan_placement(chosen, make_machine(free_cores=3), threads=2).threads == 2
    bounded = plan_placement(chosen, make_machine(free_cores=3), threads=64)
    assert (bounded.threads, "64 threads were asked for" in bounded.note) == (3, True)
    assert plan_placement(chosen, make_machine(free_cores=0)).threads == 1


def test_the_cache_is_counted_from_the_model_s_own_shape(chosen: ChosenModel) -> None:
    placement = plan_placement(chosen, make_machine(), context_window=4096, slots=2)
    assert placement.kv_cache_bytes == 4096 * 2 * TOKEN_BYTES
    assert placement.weights_bytes == chosen.path.stat().st_size
    assert placement.memory_bytes == sum(
        (placement.weights_bytes, placement.kv_cache_bytes, placement.overhead_bytes)
    )


def test_a_smaller_kv_cache_type_takes_a_little_more_than_half(chosen: ChosenModel) -> None:
    full = plan_placement(chosen, make_machine(), context_window=4096)
    small = plan_placement(chosen, make_machine(), context_window=4096, kv_cache_type="q8_0")
    assert small.kv_cache_bytes * 64 == full.kv_cache_bytes * 34


def test_without_a_setting_the_window_is_what_the_model_was_trained_for(chosen: ChosenModel) -> None:
    assert plan_placement(chosen, make_machine()).context_window == 32768


def test_without_a_setting_slots_share_the_tokens(chosen: ChosenModel) -> None:
    placement = plan_placement(chosen, make_machine(), slots=4)
    assert placement.context_window == 8192
    assert placement.kv_cache_bytes == 32768 * TOKEN_BYTES


def test_little_memory_makes_the_window_smaller_and_says_so(chosen: ChosenModel) -> None:
    placement = plan_placement(chosen, make_machine(available=350_000_000))
    assert 1024 <= placement.context_window < 32768
    assert placement.memory_bytes <= 350_000_000
    assert f"{placement.context_window} of the 32768" in placement.note


def test_a_window_that_does_not_fit_names_the_largest_that_does(chosen: ChosenModel) -> None:
    with pytest.raises(ConfigurationError, match=r"context_window is 32768.*can be used.*or less"):
        plan_placement(chosen, make_machine(available=350_000_000), context_window=32768)


def test_a_window_beyond_the_training_is_refused(chosen: ChosenModel) -> None:
    with pytest.raises(ConfigurationError, match="trained for 32768"):
        plan_placement(chosen, make_machine(), context_window=65536)


def test_a_model_that_does_not_fit_names_need_room_and_remedy(chosen: ChosenModel) -> None:
    with pytest.raises(EngineStartFailed, match=r"needs \d+ MB.*85 MB can be used.*autoglm-small"):
        plan_placement(chosen, make_machine(available=100_000_000))


def test_auto_uses_the_card_when_there_is_one(chosen: ChosenModel) -> None:
    with_card = plan_placement(chosen, make_machine(gpus=(CARD,)))
    assert (with_card.gpu_layers, with_card.device) == (25, "Card")
    without = plan_placement(chosen, make_machine())
    assert (without.gpu_layers, without.device) == (0, "cpu")


def test_cpu_leaves_the_card_alone(chosen: ChosenModel) -> None:
    placement = plan_placement(chosen, make_machine(gpus=(CARD,)), device_map="cpu")
    assert (placement.gpu_layers, placement.device) == (0, "cpu")


def test_layers_are_taken_as_given_up_to_all_of_them(chosen: ChosenModel) -> None:
    machine = make_machine(gpus=(CARD,))
    assert plan_placement(chosen, machine, device_map={"gpu": 7}).gpu_layers == 7
    assert plan_placement(chosen, machine, device_map={"gpu": 700}).gpu_layers == 25


def test_a_full_card_takes_only_some_layers(chosen: ChosenModel) -> None:
    nearly_full = Gpu("Card", 12_000_000_000, 290_000_000)
    placement = plan_placement(chosen, make_machine(gpus=(nearly_full,)), context_window=4096)
    assert 0 < placement.gpu_layers < 25


@pytest.mark.parametrize("device_map", ["gpu", {"gpu": 3}])
def test_a_card_that_is_not_there_is_an_error(chosen: ChosenModel, device_map: str | dict[str, int]) -> None:
    with pytest.raises(ConfigurationError, match=r"no graphics card.*auto or cpu"):
        plan_placement(chosen, make_machine(), device_map=device_map)


def test_a_card_the_engine_can_not_use_is_an_error_too(chosen: ChosenModel) -> None:
    machine = replace(make_machine(gpus=(CARD,)), engine_uses_gpu=False)
    with pytest.raises(ConfigurationError, match="built for the processor only"):
        plan_placement(chosen, machine, device_map="gpu")
    assert plan_placement(chosen, machine).gpu_layers == 0


@pytest.mark.parametrize("device_map", ["cuda", {"tpu": 3}, {"gpu": -1}])
def test_an_unknown_device_map_shows_the_forms(chosen: ChosenModel, device_map: str | dict[str, int]) -> None:
    with pytest.raises(ConfigurationError, match="gpu: 20"):
        plan_placement(chosen, make_machine(gpus=(CARD,)), device_map=device_map)


def test_a_file_that_does_not_state_its_shape_is_planned_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 0) + bytes(100))
    placement = plan_placement(ChosenModel("m", "m", path, ""), make_machine())
    assert (placement.context_window, placement.kv_cache_bytes) == (32768, 0)
    assert "not counted" in placement.note
