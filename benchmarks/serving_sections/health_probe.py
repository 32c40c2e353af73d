"""Asks ``ADDRESS/health`` every 50 ms until its standard input ends, then prints the seconds as JSON.

A process of its own: in that of a thousand clients it would measure how busy those are.
"""

from __future__ import annotations

import json
import sys
import threading
import time

import httpx

EVERY_S = 0.05


def main() -> None:
    address, seconds, failed = sys.argv[1], list[float](), 0
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as http:
        while not ended.wait(EVERY_S):
            asked = time.perf_counter()
            failed += http.get("/health").status_code != 200
            seconds.append(time.perf_counter() - asked)
    print(json.dumps({"seconds": seconds, "failed": failed}))


if __name__ == "__main__":
    main()
