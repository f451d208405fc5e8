"""A local Hub in a process of its own, for tests and scripts.

- `Hub.start`: runs a server for the time of a ``with`` block
- `Hub.env`: the environment of client processes
- `Hub.reset`: removes all data, in some 20 ms instead of the second of a new process
- `Hub.add_repo`: creates a repository with files, without a client
- `Hub.fail`, `Hub.requests`: faults and the request log
- **home**: ``HF_HOME`` of the clients; a new one for each reset
- **redirection**: clients that are imported already use the server too (`environment.using`)

    from mockhub.server import Hub

    with Hub.start(xet=False) as hub:
        subprocess.run(command, env={**os.environ, **hub.env()})
"""

from mockhub.server.process import Hub

__all__ = ["Hub"]
