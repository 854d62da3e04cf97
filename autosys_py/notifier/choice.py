"""Which way a letter goes, by the configuration of the moment: SIGHUP may have changed it since the last one."""

from collections.abc import Callable

from autosys_py.core.configuration import Configuration
from autosys_py.notifier.letter import Letter
from autosys_py.notifier.postman import Undelivered


def sender(configuration: Callable[[], Configuration], host: str) -> Callable[[Letter], str]:
    """What a `Postman` sends with."""

    def send(letter: Letter) -> str:
        keys = configuration()
        remark = f"not an address: {', '.join(letter.refused)}" if letter.refused else ""
        if keys.NotifyCommand:
            from autosys_py.notifier import command

            return command.send(letter, keys) or remark
        if not keys.NotifySMTPServer:
            raise Undelivered("neither NotifySMTPServer nor NotifyCommand is set any more", by_nobody=True)
        if not letter.recipients:
            return remark or "nobody to tell: the job names no notification_emailaddress"
        from autosys_py.notifier import smtp

        return smtp.send(letter, keys, host) or remark

    return send
