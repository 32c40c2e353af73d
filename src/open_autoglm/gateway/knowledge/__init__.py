"""Knowledge bases over HTTP: kept by their owner, filled, searched and asked."""
