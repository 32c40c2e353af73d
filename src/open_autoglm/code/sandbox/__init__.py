"""Code that strangers or models wrote is run here and nowhere else: confined, limited, watched, ended."""
