"""The engine on a virtual clock: `autosys simulate`, and the test bed of the rules."""
