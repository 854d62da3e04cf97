"""For every test: what the surroundings of a test run must not change."""

import signal


def pytest_configure() -> None:
    """Whoever starts the tests in the background has the interrupt ignored, by them and by all they start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
