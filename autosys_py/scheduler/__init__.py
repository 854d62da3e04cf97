"""The shell around the core: takes due events, commits decisions, then lets agents act."""
