"""The language server: what the coding assistant can do, in any editor that speaks the protocol."""
