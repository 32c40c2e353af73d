"""The page that a person opens: chats, documents and the state of this machine."""
