"""Find a secret in the command line of another process."""

from pathlib import Path

import target

for path in Path("/proc").glob("[0-9]*/cmdline"):
    try:
        target.escaped_if_token(path.read_bytes())
    except OSError as error:
        print(error)
