"""Find a secret in the environment of this process or of any other."""

import os
from pathlib import Path

import target

target.escaped_if_token(repr(os.environ))
for path in Path("/proc").glob("[0-9]*/environ"):
    try:
        target.escaped_if_token(path.read_bytes())
    except OSError as error:
        print(error)
