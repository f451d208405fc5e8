"""A dataset repository on the Hub, with the retrying inside."""

from __future__ import annotations

import base64
import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from threading import Event
from typing import Any, BinaryIO
from urllib.parse import quote

from huggingface_hub import (
    CommitInfo,
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
    HfFileSystem,
)
from huggingface_hub.community import DiscussionWithDetails
from huggingface_hub.errors import LocalTokenNotFoundError, RepositoryNotFoundError
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils import (  # type: ignore[attr-defined] # exported lazily
    build_hf_headers,
    get_session,
    hf_raise_for_status,
)

from workaround.errors import AccessError, CardConflictError, RefusedError
from workaround.hub.client import ANSWER_TIMEOUT, set_up_xet
from workaround.hub.retry import retry, retry_until, status_of
from workaround.hub.xet import XetUpload

BLOCK = 8 << 20
"""Bytes of one request when a file is read in parts."""

Operation = CommitOperationAdd | CommitOperationDelete


@dataclass(frozen=True)
class CommitMessage:
    """The message of a commit.

    Attributes:
        title: First line.
        description: The rest; None for none.
    """

    title: str
    description: str | None


@dataclass(frozen=True)
class Repository:
    """A dataset repository, and the place in it that an upload writes to.

    It holds no connection, so that it can travel to other processes.

    Attributes:
        endpoint: URL of the Hub.
        repo_id: ``user/name`` or ``organization/name``.
        revision: Branch; None for ``main``.
        create_pr: Write to a new pull request instead.
        token: To read and write with; None for the one that is logged in.
    """

    endpoint: str
    repo_id: str
    revision: str | None = None
    create_pr: bool = False
    token: str | None = None

    def __repr__(self) -> str:
        """Return the place without the token."""
        return f"{self.endpoint}/datasets/{self.repo_id}@{self.revision or 'main'}"

    @property
    def api(self) -> HfApi:
        """A client of this Hub."""
        return HfApi(endpoint=self.endpoint, token=self.token, library_name="workaround")

    def ensure(self, *, private: bool | None) -> Repository:
        """Make the repository and the branch unless they exist.

        Args:
            private: Make a new repository private; None for the default of its owner.

        Returns:
            The repository under its full name: ``name`` alone is one of the user's.

        Raises:
            AccessError: The token may not create it, or the branch.
        """
        try:
            repo_id = retry(f"Preparing {self.repo_id}", self._ensure, private)
        except RefusedError as error:
            if status_of(error) != 403:
                raise
            raise AccessError(
                f"{error} Or push to a repository of your own: `hf auth whoami` names your"
                " user and organizations."
            ) from error
        return replace(self, repo_id=repo_id)

    def _ensure(self, private: bool | None) -> str:
        api = self.api
        try:
            repo_id = api.repo_info(self.repo_id, repo_type="dataset").id
        except RepositoryNotFoundError:
            url = api.create_repo(self.repo_id, repo_type="dataset", private=private, exist_ok=True)
            repo_id = url.repo_id
        if self.revision is not None and not self.revision.startswith("refs/pr/"):
            api.create_branch(repo_id, branch=self.revision, repo_type="dataset", exist_ok=True)
        return str(repo_id)

    def require_write(self) -> None:
        """Refuse a token that may not write here, before anything is read or sent.

        A pull request needs no such right. Clients before 1.0 can only ask for the role of the
        token: there the first upload shows the rest.

        Raises:
            AccessError: There is no valid token, or it may only read, or not write here.
            UnreachableError: The Hub does not answer.
        """
        api = self.api
        try:
            user = retry("Asking whose token it is", api.whoami)
            if "write" in inspect.signature(api.auth_check).parameters:
                ask = partial(api.auth_check, self.repo_id, repo_type="dataset", write=True)
                retry(f"Asking for the right to write to {self.repo_id}", ask)
        except LocalTokenNotFoundError as error:
            raise AccessError("No token: log in with `hf auth login`, or pass one.") from error
        except RefusedError as error:
            raise AccessError(str(error)) from error
        if user["auth"].get("accessToken", {}).get("role") == "read":
            raise AccessError(
                f"The token of {user['name']} is for reading. Log in with one that may write:"
                " https://huggingface.co/settings/tokens."
            )

    def head(self, revision: str | None = None) -> str:
        """Return the commit that a revision stands for; by default the branch."""
        info = retry(
            f"Reading {self}",
            self.api.repo_info,
            self.repo_id,
            repo_type="dataset",
            revision=revision or self.revision,
        )
        return str(info.sha)

    def validate_card(self, card: str) -> None:
        """Let the Hub validate the metadata of a card, as it does before it takes a commit.

        Raises:
            CardConflictError: It has errors.
        """
        response = retry("Validating the card", self._validate, card)
        if response.status_code == 400:
            errors = "; ".join(error["message"] for error in response.json()["errors"])
            raise CardConflictError(
                f"The Hub does not accept the metadata of README.md ({errors}): correct it there,"
                " and push again"
            )

    def _validate(self, card: str) -> Any:
        response = get_session().post(
            f"{self.endpoint}/api/validate-yaml",
            json={"content": card, "repoType": "dataset"},
            headers=build_hf_headers(token=self.token),
        )
        if response.status_code != 400:
            hf_raise_for_status(response)
        return response

    def files(self, revision: str) -> dict[str, RepoFile]:
        """Return all files at a commit or revision, by path."""
        return retry(f"Listing {self}", self._files, revision)

    def _files(self, revision: str) -> dict[str, RepoFile]:
        tree = self.api.list_repo_tree(
            self.repo_id, recursive=True, revision=revision, repo_type="dataset"
        )
        return {item.path: item for item in tree if isinstance(item, RepoFile)}

    def read_text(self, path: str, commit: str) -> str:
        """Return the text of a file at a commit.

        Raises:
            CardConflictError: It is not UTF-8.
        """
        content: bytes = retry(
            f"Reading {path}", self._file_system().cat_file, self.url(path, commit)
        )
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise CardConflictError(
                f"{path} of the repository is not UTF-8 (byte {error.start}): save it there as"
                " UTF-8, and push again"
            ) from error

    @contextmanager
    def open(self, path: str, commit: str, block_size: int = BLOCK) -> Iterator[BinaryIO]:
        """Open a file at a commit for reading in parts; wrap the reading in `retry`.

        Args:
            path: Of the file.
            commit: The commit.
            block_size: Bytes of one request.
        """
        with self._file_system().open(self.url(path, commit), "rb", block_size=block_size) as file:
            yield file

    def url(self, path: str, commit: str) -> str:
        """Return the path of a file, or of the root for "", as `HfFileSystem` names it."""
        return f"datasets/{self.repo_id}@{commit}/{path}"

    def _file_system(self) -> HfFileSystem:
        return HfFileSystem(endpoint=self.endpoint, token=self.token)

    def upload_modes(self, files: Mapping[str, int], sample: bytes) -> dict[str, str]:
        """Return the storage that the Hub wants files in, "lfs" or "regular".

        Args:
            files: Sizes in bytes by path, 256 at most.
            sample: First bytes of each.
        """
        return retry(f"Asking how to upload to {self}", self._upload_modes, files, sample)

    def _upload_modes(self, files: Mapping[str, int], sample: bytes) -> dict[str, str]:
        encoded = base64.b64encode(sample).decode()
        described = [
            {"path": path, "size": size, "sample": encoded} for path, size in files.items()
        ]
        response = get_session().post(
            f"{self._api_url}/preupload/{self._quoted_revision or 'main'}",
            json={"files": described},
            headers=self._headers,
            params={"create_pr": "1"} if self.create_pr else None,
            timeout=ANSWER_TIMEOUT,
        )
        hf_raise_for_status(response)
        try:
            modes = {file["path"]: file["uploadMode"] for file in response.json()["files"]}
        except (ValueError, LookupError, TypeError) as error:
            raise ConnectionError("The answer is damaged") from error
        if modes.keys() != files.keys() or not {"lfs", "regular"}.issuperset(modes.values()):
            raise ConnectionError("The answer is damaged")
        return modes

    def preupload(self, additions: Sequence[CommitOperationAdd], stop: Event | None = None) -> None:
        """Upload files to LFS or Xet, with one request for all of them before the bytes.

        Args:
            additions: The files.
            stop: Once it is set, a busy Hub is waited for no longer.
        """
        set_up_xet()
        for addition in additions:
            addition._upload_mode = "lfs"
        retry_until(
            stop,
            f"Uploading {some(addition.path_in_repo for addition in additions)}",
            self.api.preupload_lfs_files,
            self.repo_id,
            additions,
            repo_type="dataset",
            revision=self.revision,
            create_pr=self.create_pr,
            free_memory=False,
        )

    def xet_upload(self) -> XetUpload:
        """Begin an upload of files that are written meanwhile; wrap the whole of it in `retry`."""
        url = f"{self._api_url}/xet-write-token/"
        if self.create_pr:  # who may only read may still open one
            return XetUpload(f"{url}None?create_pr=1", self._headers)
        return XetUpload(f"{url}{self._quoted_revision or 'main'}", self._headers)

    @property
    def _api_url(self) -> str:
        return f"{self.endpoint}/api/datasets/{self.repo_id}"

    @property
    def _quoted_revision(self) -> str | None:
        return self.revision and quote(self.revision, safe="")

    @property
    def _headers(self) -> dict[str, str]:
        return build_hf_headers(token=self.token, library_name="workaround")

    def commit(
        self,
        operations: Sequence[Operation],
        message: CommitMessage,
        *,
        revision: str | None = None,
        create_pr: bool = False,
        parent: str | None = None,
    ) -> CommitInfo:
        """Make a commit once: after a conflict the operations have to be made again.

        Args:
            operations: Additions and deletions.
            message: Of the commit.
            revision: Branch or pull request; None for ``main``.
            create_pr: Open a pull request with it.
            parent: Commit that has to be the head of the branch; None for any.
        """
        return self.api.create_commit(
            self.repo_id,
            list(operations),
            commit_message=message.title,
            commit_description=message.description,
            repo_type="dataset",
            revision=revision,
            create_pr=create_pr,
            parent_commit=parent,
        )

    def commit_info(self, message: CommitMessage, commit: str) -> CommitInfo:
        """Return what the client would return for a commit that exists."""
        return CommitInfo(
            commit_url=f"{self.endpoint}/datasets/{self.repo_id}/commit/{commit}",
            commit_message=message.title,
            commit_description=message.description or "",
            oid=commit,
        )

    def open_pull_request(self, message: CommitMessage) -> DiscussionWithDetails:
        """Open an empty pull request, as a draft."""
        return self.api.create_pull_request(
            self.repo_id, message.title, description=message.description, repo_type="dataset"
        )

    def merge_pull_request(self, number: int) -> str:
        """Merge a draft, and return the head of ``main`` after that."""
        api = self.api
        api.change_discussion_status(self.repo_id, number, "open", repo_type="dataset")
        api.merge_pull_request(self.repo_id, number, repo_type="dataset")
        return self.head("main")

    def close_pull_request(self, number: int) -> None:
        """Close a pull request, unless it was merged and only the answer was lost."""
        api = self.api
        details = api.get_discussion_details(self.repo_id, number, repo_type="dataset")
        if details.status in {"draft", "open"}:
            api.change_discussion_status(self.repo_id, number, "closed", repo_type="dataset")

    def pull_requests(self, title: str) -> Iterator[tuple[int, str]]:
        """Yield number and URL of the pull requests of a title that are open or drafts."""
        for request in self.api.get_repo_discussions(self.repo_id, repo_type="dataset"):
            if (
                request.is_pull_request
                and request.status in {"open", "draft"}
                and request.title == title
            ):
                yield request.num, str(request.url)


def some(paths: Iterable[str]) -> str:
    """Name the first of some paths, and the number of the others."""
    first, *others = paths
    return f"{first} and {len(others)} more" if others else first
