"""What a command may show of values (docs/security.md). Like the stream of messages it is set by whoever reads the
configuration, so that no report has to be told, and none can forget to ask."""

from collections.abc import Iterable

from autosys_py.core.secrets import Pairs, Secrets, Sent


class _Used:
    secrets = Secrets()
    names = ""


def use_secrets(names: str) -> None:
    """Sets what is secret from now on: the value of the key SecretNames."""
    if names != _Used.names:
        _Used.names, _Used.secrets = names, Secrets(names)


def secrets() -> Secrets:
    """What is secret."""
    return _Used.secrets


def shown_value(name: str, value: str) -> str:
    """Of a global, what may be shown."""
    return _Used.secrets.value(name, value)


def shown_attributes(pairs: Iterable[tuple[str, str]]) -> Pairs:
    """Of a definition's attributes, what may be shown."""
    return _Used.secrets.attributes(pairs)


def shown_event(event: Sent) -> Sent:
    """Of an event or what it became, what may be shown."""
    return _Used.secrets.sent(event)
