"""Read the disk, the memory or the terminal past the file system."""

import os
import stat
from pathlib import Path

import target

try:
    os.mknod("disk", stat.S_IFBLK | 0o600, os.stat("/").st_dev)
except OSError as error:
    print(error)
for path in [Path("disk"), Path("/dev/mem"), Path("/dev/kmsg"), *Path("/dev").glob("[svn][dv][a-z]*")]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        os.read(descriptor, 512)
        target.escaped(str(path))
    except OSError as error:
        print(error)
