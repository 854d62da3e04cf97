"""Whom a job runs as: its owner's account, looked up once."""

import os
import pwd
from functools import cache
from typing import NamedTuple


class Account(NamedTuple):
    """A user of this machine."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str


class UnknownOwner(Exception):
    """The owner is no user of this machine. The message is the report's text, `owner NAME does not exist`."""


class ForbiddenOwner(Exception):
    """Only root can run a job as somebody else (`RunAsOwner=always`)."""


@cache
def own_account() -> Account:
    """The account this process runs as; a number without a name is its own name."""
    uid = os.geteuid()
    try:
        return _account(pwd.getpwuid(uid))
    except KeyError:
        return Account(str(uid), uid, os.getegid(), os.environ.get("HOME", "/"), "/bin/sh")


def account_of(owner: str, run_as_owner: str) -> Account:
    """Whom a job of `owner` (`user[@host]`, empty = nobody in particular) runs as by the key RunAsOwner.

    Raises UnknownOwner or ForbiddenOwner (extensions.md §2).
    """
    me = own_account()
    name = owner.partition("@")[0]
    switch = run_as_owner == "always" or (run_as_owner == "auto" and me.uid == 0)
    if not switch or name in ("", me.name):
        return me
    account = _lookup(name)
    if me.uid != 0:
        raise ForbiddenOwner(f"owner {name} cannot be switched to: the scheduler runs as {me.name}, not as root")
    return account


@cache  # a user who was there is taken to stay; one who was not is asked for again, because exceptions are not kept
def _lookup(name: str) -> Account:
    try:
        return _account(pwd.getpwnam(name))
    except KeyError:
        raise UnknownOwner(f"owner {name} does not exist") from None


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, entry.pw_dir or "/", entry.pw_shell or "/bin/sh")
