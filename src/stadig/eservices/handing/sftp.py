"""Files over SSH: put, and fetched. The server is known by its key, we by ours; no password, no agent, no file of the machine's own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from stadig.eservices.handing.declaration import Sftp
from stadig.post import outside

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import asyncssh

T = TypeVar("T")
SECONDS = 30
MOST_BYTES = 256 * 1024
"""Of a file with a status."""


def put(to: Sftp, files: Sequence[tuple[str, bytes]]) -> None:
    """Put files in the folder, each whole or not at all, in this order. Raises OSError."""
    asyncio.run(_within(_put(to, files)))


def fetch(to: Sftp, folder: str) -> list[tuple[str, bytes]]:
    """Every ``.json`` in a folder beside ours, with its name; those that are too large are left. Raises OSError."""
    return asyncio.run(_within(_fetch(to, folder)))


def remove(to: Sftp, folder: str, names: Sequence[str]) -> None:
    """Remove files that have been read. Raises OSError."""
    asyncio.run(_within(_remove(to, folder, names)))


async def _within(work: Coroutine[Any, Any, T]) -> T:
    """The work within its time, with every fault of SSH as an OSError. Its text may name user and path: it is left out."""
    import asyncssh

    try:
        return await asyncio.wait_for(work, SECONDS)
    except (asyncssh.Error, TimeoutError) as error:
        raise outside.NoAnswer(type(error).__name__) from None


@asynccontextmanager
async def _connected(to: Sftp) -> AsyncIterator[asyncssh.SFTPClient]:
    import asyncssh

    try:
        ours = asyncssh.import_private_key(outside.secret(to.key))
        theirs = asyncssh.import_public_key(to.host_key)
    except asyncssh.KeyImportError:
        raise outside.NoSecret("a key cannot be read") from None
    address = await asyncio.to_thread(outside.vetted, to.host, to.port, encrypted=True)
    async with (
        asyncssh.connect(
            address,
            to.port,
            username=to.user,
            client_keys=[ours],
            known_hosts=([theirs], [], []),
            agent_path=None,
            config=None,
        ) as connection,
        connection.start_sftp_client() as client,
    ):
        yield client


async def _put(to: Sftp, files: Sequence[tuple[str, bytes]]) -> None:
    async with _connected(to) as client:
        for name, data in files:
            part, whole = f"{to.folder}/.{name}.part", f"{to.folder}/{name}"
            async with client.open(part, "wb") as file:
                await file.write(data)
            if await client.exists(whole):  # servers differ: some refuse to put a file in another's place
                await client.remove(whole)
            await client.rename(part, whole)


async def _fetch(to: Sftp, folder: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    async with _connected(to) as client:
        for entry in await client.readdir(folder) if await client.isdir(folder) else ():
            name = str(entry.filename)
            if name.endswith(".json") and not name.startswith(".") and (entry.attrs.size or 0) <= MOST_BYTES:
                async with client.open(f"{folder}/{name}", "rb") as file:
                    found.append((name, await file.read(MOST_BYTES)))
    return found


async def _remove(to: Sftp, folder: str, names: Sequence[str]) -> None:
    async with _connected(to) as client:
        for name in names:
            await client.remove(f"{folder}/{name}")
