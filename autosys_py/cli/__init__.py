"""Thin verbs: options, one call, print, exit code. Heavy imports stay inside functions."""
