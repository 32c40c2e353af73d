"""Open a file of the user to everybody."""

import os

import target

os.chmod(target.OUTSIDE / "kept", 0o777)
