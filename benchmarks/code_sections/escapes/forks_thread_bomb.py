"""Start threads without end."""

import threading
import time

import target

threads = 0
try:
    while threads < 4 * target.PROCESSES:
        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
        threads += 1
except (RuntimeError, MemoryError) as error:
    print(error)
time.sleep(0.3)
if threads >= 4 * target.PROCESSES:
    target.escaped(f"{threads} threads")
