"""Routes of repositories.

- **lifecycle**: creating, moving, changing and deleting; and the caller's account (`lifecycle`)
- **info**: the properties of a repository at a revision (`info`)
- **expand**: the parameter that selects properties
- **siblings**: the files of a repository in its info
- **search**: lists of repositories, filtered and sorted (`search`)
- **card**: ``README.md``, its metadata in YAML, validation and tags (`cards`)
- **access request**: a user's request to read a gated repository (`access_requests`)

Repositories of the three types, models, datasets and spaces, share all routes; buckets have their
own in `mockhub.routes.transfer`.
"""
