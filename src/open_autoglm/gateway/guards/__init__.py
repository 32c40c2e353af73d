"""What stands between the network and the routes: plain ASGI, from the outside in; see ``safety``."""
