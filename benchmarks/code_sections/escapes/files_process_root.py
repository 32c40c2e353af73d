"""Look through the root folder of another process."""

from pathlib import Path

import target

for pid in ("1", "self", str(target.PARENT), str(target.VICTIM)):
    for way in ("root", "cwd/../../../../../.."):
        try:
            target.escaped_if_token(Path(f"/proc/{pid}/{way}{target.CANARY}").read_text())
        except OSError as error:
            print(error)
