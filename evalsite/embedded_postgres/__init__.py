"""A Django database backend that brings its own PostgreSQL: the binaries of a wheel, a private cluster in var/.

Only the wheel's binaries are used, never its start-up helper. The server listens on no network address; its socket
lies in a 0700 folder; a random password in a 0600 file is needed besides. Nothing outside the cluster's own folders
has its mode changed. Loading this package, or running `manage.py check`, starts nothing: the first connection does.

    binaries.py   where the wheel keeps them, and a copy where the server's account cannot read the original
    account.py    who runs the server: oneself, or, as root, an unprivileged user of its own
    place.py      which folder holds what
    server.py     one postgres process: start, alive, stop
    cluster.py    ensure that it runs, exactly once however many ask; the last one out stops it
    base.py       the backend
"""
