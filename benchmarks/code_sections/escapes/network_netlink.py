"""Ask the kernel for the network's interfaces."""

import socket
import struct

import target

RTM_GETLINK, NLM_F_DUMP_REQUEST = 18, 0x301
with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
    kernel.settimeout(1)
    kernel.send(struct.pack("=IHHII", 17, RTM_GETLINK, NLM_F_DUMP_REQUEST, 1, 0) + b"\0")
    if b"lo\0" in kernel.recv(65_536):
        target.escaped()
