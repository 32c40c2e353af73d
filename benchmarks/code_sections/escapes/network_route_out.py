"""Find an address of the machine from which packets would leave it."""

import socket

import target

for family, far in ((socket.AF_INET, "198.51.100.1"), (socket.AF_INET6, "2001:db8::1")):
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 53))
            target.escaped(probe.getsockname()[0])
    except OSError as error:
        print(error)
