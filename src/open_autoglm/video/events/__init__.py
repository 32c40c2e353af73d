"""One file for each kind of event: from what is seen at each moment to what happened and when."""
