"""HTTP below the routes: what they all share, on Starlette and uvicorn.

- **server**: uvicorn, a listening socket, and the connection of each request (`server`)
- **path parameters**: types of segments, decoded one by one (`paths`)
- **requests**: flags of the query, JSON bodies, and bodies of any size (`requests`)
- **refusals**: errors of the Hub as answers, and handlers of exceptions (`refusals`)
- **conditions**: ranges and entity tags of RFC 9110 (`conditional`)
- **sending**: a content, a range of it, or 304 (`send`)
- **middleware**: request ids, and status 500 for crashes (`middleware`)

Accounts and repositories are unknown here: rights are in `mockhub.routes.permissions`.
"""

LOOPBACK = "127.0.0.1"
"""Address of this machine that other machines do not reach."""
