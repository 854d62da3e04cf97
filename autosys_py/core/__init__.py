"""The machine: pure rules that decide what an event means. No clock, no I/O, no globals."""
