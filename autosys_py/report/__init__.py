"""Pure renderers: rows in, lines out. Every column position of the reports lives here."""
