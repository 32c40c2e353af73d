"""The gateway with its guards over a scripted engine, the one that its tests use: no model computes here."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "gateway"))

from scripted_gateway import ScriptedHouse

from open_autoglm.config import Settings
from open_autoglm.engine.base import Capabilities
from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine
from open_autoglm.gateway.app import create_app
from open_autoglm.gateway.guards.safety import protect
from open_autoglm.gateway.keys import KeyStore
from open_autoglm.gateway.server import address_of, listen, run_server
from open_autoglm.serving.service import ServiceOptions
from open_autoglm.telemetry.metrics import Metrics

TOKEN_DELAY_S = 0.005


def main() -> None:
    arguments = _arguments()
    answer = ScriptedAnswer("word " * arguments.tokens, token_delay_s=TOKEN_DELAY_S)
    engine = ScriptedEngine(
        lambda _request: answer, capabilities=Capabilities(context_window=4096, slots=arguments.slots)
    )
    with tempfile.TemporaryDirectory() as folder, KeyStore(Path(folder)) as keys:
        settings = Settings(model_path="scripted", data_dir=Path(folder), local_api_port=0)
        house = ScriptedHouse([engine], settings, {}, ServiceOptions(queue_limit=arguments.queue_limit))
        app = protect(create_app(house.open_gateway), settings, keys, Metrics())
        listening = listen(settings.local_api_host, 0)
        address = address_of(listening)
        run_server(app, listening, lambda: print(json.dumps({"address": address}), flush=True))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slots", type=int, default=8)
    parser.add_argument("--queue-limit", type=int, default=64)
    parser.add_argument("--tokens", type=int, default=20)
    return parser.parse_args()


if __name__ == "__main__":
    main()
