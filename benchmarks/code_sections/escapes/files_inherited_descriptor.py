"""Read from a file that our program had open."""

import os

import target

for descriptor in range(3, 1024):
    try:
        target.escaped_if_token(os.pread(descriptor, 1000, 0))
    except OSError:
        continue
