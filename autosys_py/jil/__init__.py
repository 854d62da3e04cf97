"""The language: what JIL text says, what is wrong with it, and how it is printed again. Pure."""
