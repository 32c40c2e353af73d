"""Which bases lie on a Qdrant server and whose they are: points of one collection, without vectors."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from qdrant_client import models

from open_autoglm.knowledge.base_registry import checked_name, name_in_use, new_id, no_base
from open_autoglm.knowledge.store.qdrant_points import point_id
from open_autoglm.knowledge.store.qdrant_server import payloads, told

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

COLLECTION = "open-autoglm-bases"


class QdrantRegistry:
    """Fulfils BaseRegistry. Two that make a base of one name in the same moment get the same base."""

    def __init__(self, client: QdrantClient) -> None:
        self._client = client
        with told():
            if not client.collection_exists(COLLECTION):
                client.create_collection(COLLECTION, vectors_config={})

    def names(self, owner: str) -> Sequence[str]:
        return sorted(payload["name"] for payload in self._all() if payload["owner"] == owner)

    def owned(self) -> Sequence[tuple[str, str]]:
        return [(payload["owner"], payload["name"]) for payload in self._all()]

    def find(self, owner: str, name: str) -> str:
        payload = self._payload(owner, _plain(name))
        if payload is None:
            raise no_base(name)
        return str(payload["id"])

    def add(self, owner: str, name: str, put: Callable[[str], None] | None = None) -> str:
        name, made = checked_name(name), new_id()
        if self._payload(owner, name) is not None:
            raise name_in_use(name)
        if put is not None:
            put(made)
        payload = {"owner": owner, "name": name, "id": made}
        point = models.PointStruct(id=_point(owner, name), vector={}, payload=payload)
        with told():
            self._client.upsert(COLLECTION, [point], wait=True)
        return made

    def remove(self, owner: str, name: str) -> str:
        found = self.find(owner, name)
        with told():
            self._client.delete(COLLECTION, [_point(owner, _plain(name))], wait=True)
        return found

    def ids(self) -> set[str]:
        return {str(payload["id"]) for payload in self._all()}

    def close(self) -> None:
        """The client belongs to whoever made it."""

    def _payload(self, owner: str, name: str) -> dict[str, Any] | None:
        with told():
            found = self._client.retrieve(COLLECTION, [_point(owner, name)])
        return found[0].payload if found else None

    def _all(self) -> list[dict[str, Any]]:
        return [payload for _, payload in payloads(self._client, COLLECTION)]


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8")).strip()


def _point(owner: str, name: str) -> str:
    return point_id("base", f"{owner}\n{name}")
