"""Listen to every packet of the machine."""

import socket

import target

with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)):
    target.escaped()
