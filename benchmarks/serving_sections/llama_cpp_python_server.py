"""The server of llama-cpp-python: ``MODEL WINDOW THREADS``.

It is asked to let waiting requests wait; by its default each new one breaks off the one before.
"""

from __future__ import annotations

import json
import socket
import sys

import uvicorn
from llama_cpp.server.app import create_app
from llama_cpp.server.settings import ModelSettings, ServerSettings


def main() -> None:
    model, window, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    listening = socket.create_server(("127.0.0.1", 0))
    settings = ModelSettings(
        model=model, n_ctx=window, n_threads=threads, n_threads_batch=threads, verbose=False
    )
    app = create_app(server_settings=ServerSettings(interrupt_requests=False), model_settings=[settings])
    host, port = listening.getsockname()
    print(json.dumps({"address": f"http://{host}:{port}"}), flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listening])


if __name__ == "__main__":
    main()
