"""The store: the event table and everything that is derived from it, behind one protocol."""
