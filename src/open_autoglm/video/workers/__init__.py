"""Decoding and looking run in processes of their own: started, limited, watched, replaced."""
