"""How large a served model runs beside those that are loaded already."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from model_samples import gguf_bytes, make_machine

from open_autoglm.config import Settings
from open_autoglm.errors import ConfigurationError, EngineStartFailed
from open_autoglm.local.hardware import Gpu, Hardware
from open_autoglm.local.placement import MEMORY_SHARE, Placement
from open_autoglm.local.tiers import ChosenModel
from open_autoglm.serving.model_pool import NoRoom
from open_autoglm.serving.place_model import MOST_SLOTS, ROOMY_WINDOW, place_model

TOKEN_BYTES = 24 * 2 * (64 + 64) * 2  # the sample's layers, key-value heads, head length, 16 bits


@pytest.fixture
def chosen(tmp_path: Path) -> ChosenModel:
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf_bytes(padding=500_000))
    return ChosenModel("model", "model", path, "")


def place(chosen: ChosenModel, machine: Hardware, *others: Placement, **settings: object) -> tuple[int, int]:
    placement = place_model(chosen, machine, Settings.model_validate(settings), others)
    return placement.slots, placement.context_window


def machine_with(tokens: int) -> Hardware:
    """Free memory for the sample model with so many tokens of context, and not for 4096 more."""
    need = 160_000_000 + tokens * TOKEN_BYTES
    return make_machine(available=int(need / MEMORY_SHARE))


def loaded(machine: Hardware, chosen: ChosenModel) -> Placement:
    return place_model(chosen, machine, Settings(), ())


def test_a_machine_with_plenty_has_eight_slots_with_a_roomy_window(chosen: ChosenModel) -> None:
    assert place(chosen, make_machine()) == (MOST_SLOTS, ROOMY_WINDOW)


def test_with_less_memory_all_slots_keep_the_usual_window(chosen: ChosenModel) -> None:
    assert place(chosen, machine_with(8 * 4096)) == (MOST_SLOTS, 4096)


def test_with_still_less_there_are_fewer_slots(chosen: ChosenModel) -> None:
    assert place(chosen, machine_with(3 * 4096)) == (3, 4096)


def test_with_too_little_one_slot_takes_what_there_is(chosen: ChosenModel) -> None:
    slots, window = place(chosen, machine_with(2048))
    assert slots == 1
    assert 2048 <= window < 4096


def test_slots_and_window_of_the_settings_are_kept(chosen: ChosenModel) -> None:
    assert place(chosen, make_machine(), slots=3, context_window=2048) == (3, 2048)
    assert place(chosen, make_machine(), slots=1) == (1, 32768)
    assert place(chosen, machine_with(4 * 16384), context_window=16384) == (4, 16384)


def test_a_smaller_kv_cache_type_leaves_room_for_more_slots(chosen: ChosenModel) -> None:
    slots, _ = place(chosen, machine_with(3 * 4096), kv_cache_type="q8_0")
    assert slots == 5


def test_what_can_never_fit_is_said_with_the_remedy(chosen: ChosenModel) -> None:
    with pytest.raises(EngineStartFailed, match="needs"):
        place(chosen, make_machine(available=100_000_000))
    with pytest.raises(ConfigurationError, match="was trained for 32768 tokens"):
        place(chosen, make_machine(), context_window=65536)


def test_a_model_that_fits_once_others_are_unloaded_asks_for_room(chosen: ChosenModel) -> None:
    other = loaded(make_machine(), chosen)
    with pytest.raises(NoRoom, match="does not fit beside the 1 models"):
        place(chosen, make_machine(available=200_000_000), other)


def test_a_model_that_would_not_fit_alone_either_asks_for_no_room(chosen: ChosenModel) -> None:
    other = replace(loaded(make_machine(), chosen), kv_cache_bytes=1000)
    with pytest.raises(EngineStartFailed, match="needs"):
        place(chosen, make_machine(available=50_000_000), other)


def test_a_wrong_setting_asks_for_no_room(chosen: ChosenModel) -> None:
    with pytest.raises(ConfigurationError, match="no graphics card"):
        place(chosen, make_machine(), loaded(make_machine(), chosen), device_map="gpu")


def test_the_mapped_file_of_a_loaded_model_is_not_taken_for_free_memory(chosen: ChosenModel) -> None:
    other = replace(loaded(make_machine(), chosen), weights_bytes=15_900_000_000)
    with pytest.raises(NoRoom):
        place(chosen, make_machine(memory=32_000_000_000, available=16_000_000_000), other, slots=1)


def test_on_a_graphics_card_its_own_memory_counts(chosen: ChosenModel) -> None:
    card = Gpu("Card", 12_000_000_000, 11_000_000_000)
    assert place(chosen, make_machine(gpus=(card,))) == (MOST_SLOTS, ROOMY_WINDOW)
    full = replace(card, free_bytes=50_000_000)
    on_card = replace(
        loaded(make_machine(gpus=(card,)), chosen), weights_bytes=10_000_000_000, kv_cache_bytes=0
    )
    machine = make_machine(available=50_000_000, gpus=(full,))
    with pytest.raises(NoRoom):
        place(chosen, machine, on_card)
