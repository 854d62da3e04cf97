"""The names of this host, by which a machine's `node_name` is known to be local (extensions.md §2)."""


def local_nodes() -> frozenset[str]:
    import socket

    name = socket.gethostname()
    return frozenset({"localhost", "localhost.localdomain", "::1", name, name.split(".")[0], socket.getfqdn()})
