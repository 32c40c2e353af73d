"""Say more than anybody can keep."""

import os

line = b"x" * 65_536
while True:
    os.write(1, line)
