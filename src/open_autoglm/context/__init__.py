"""The context manager: what of a conversation goes into the window, and the conversations themselves."""
