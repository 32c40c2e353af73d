"""Who looks at the page, in which language, and what they left unsent. Kept by session, on this machine."""

from __future__ import annotations

from typing import Any, Literal, cast

from nicegui import app

from open_autoglm.errors import KeyRefused
from open_autoglm.gateway.keys import Key, KeyStore
from open_autoglm.serving.request import LOCAL_OWNER
from open_autoglm.web.languages import TEXTS, Language, preferred_language
from open_autoglm.web.texts import Texts

Theme = Literal["auto", "light", "dark"]
KEY = "key"
MAX_DRAFTS = 50
MAX_DRAFT_CHARACTERS = 100_000


class Doorkeeper:
    """Whose page it is: the key of a session, or the person at this machine where none is asked for.

    A server that others can reach always asks, even when its last key has been revoked.
    """

    def __init__(self, keys: KeyStore, *, required: bool) -> None:
        self._keys = keys
        self._required = required

    def owner(self) -> str | None:
        """Of the session of the request under way; None where a valid key has to be given first."""
        valid = self._valid()
        if not valid and not self._required:
            return LOCAL_OWNER
        key = app.storage.user.get(KEY)
        return key if key in valid else None

    def enter(self, secret: str) -> None:
        """Raises KeyRefused."""
        key = self._keys.check([secret.strip()], required=True)
        if key is not None:
            app.storage.user[KEY] = key.id

    def require_model(self, owner: str, model: str) -> None:
        """Raises KeyRefused where the key is not valid any more, and Forbidden where it may not ask this."""
        valid = self._valid()
        if owner == LOCAL_OWNER and not valid and not self._required:
            return
        if owner not in valid:
            raise KeyRefused("The key of this page is not valid any more.", hint="Reload to enter another.")
        valid[owner].require_model(model)

    def _valid(self) -> dict[str, Key]:
        return {key.id: key for key in self._keys.list()}


class Visitor:
    """One session of a browser. Only its key's public id is kept, never the key."""

    def __init__(self, accept_language: str) -> None:
        self._kept: dict[str, Any] = app.storage.user
        self._preferred = preferred_language(accept_language)

    @property
    def has_key(self) -> bool:
        return KEY in self._kept

    def leave(self) -> None:
        self._kept.pop(KEY, None)

    @property
    def language(self) -> Language:
        chosen = self._kept.get("language")
        return cast(Language, chosen) if chosen in TEXTS else self._preferred

    @language.setter
    def language(self, language: Language) -> None:
        self._kept["language"] = language

    @property
    def texts(self) -> Texts:
        return TEXTS[self.language]

    @property
    def theme(self) -> Theme:
        theme = self._kept.get("theme")
        return cast(Theme, theme) if theme in ("light", "dark") else "auto"

    @theme.setter
    def theme(self, theme: Theme) -> None:
        self._kept["theme"] = theme

    @property
    def model(self) -> str:
        """The model chosen last; empty: the one of the settings."""
        return str(self._kept.get("model", ""))

    @model.setter
    def model(self, model: str) -> None:
        self._kept["model"] = model

    def draft(self, place: str) -> str:
        """What was written and not sent. ``place`` is a conversation, or empty for a new one."""
        return str(self._drafts().get(place, ""))

    def keep_draft(self, place: str, text: str) -> None:
        drafts = {name: kept for name, kept in self._drafts().items() if name != place}
        if text:
            drafts[place] = text[:MAX_DRAFT_CHARACTERS]
        self._kept["drafts"] = dict(list(drafts.items())[-MAX_DRAFTS:])

    def _drafts(self) -> dict[str, str]:
        drafts = self._kept.get("drafts")
        return dict(drafts) if isinstance(drafts, dict) else {}
