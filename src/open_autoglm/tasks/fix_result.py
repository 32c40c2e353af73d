"""What ``code_fix`` returns: what was wrong, what was changed, and what shows that it helps.

Three states, never blurred: ``proven`` (a run that failed passes now and nothing else broke), ``checked``
(the fault was found without a run and is gone, and none came), ``suggested`` (nothing shows that it helps).
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from open_autoglm.tasks.document_result import ModelUsed

SCHEMA_VERSION = "1"

State = Literal["proven", "checked", "suggested"]
Outcome = Literal["repaired", "partly_repaired", "not_repaired", "no_fault"]
STATES: tuple[State, ...] = ("proven", "checked", "suggested")


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(_Value):
    file: str
    line: int
    function: str = ""


class Fault(_Value):
    """One thing that went wrong, as the run, the linter or the pasted error told it."""

    kind: str
    type: str
    """The exception's name or the tool's code; may be empty."""
    message: str
    place: Place | None = None
    tests: tuple[str, ...] = ()
    tool: str = "python"


class RunFacts(_Value):
    """One run of the tests, or of the file itself."""

    passed: int
    failed: int
    failing: tuple[str, ...] = ()
    ended: str = "finished"
    seconds: float = 0.0
    output: str = ""
    """The end of what was printed."""


class Evidence(_Value):
    """What shows that the repair helps. ``command`` is empty where nothing was run."""

    command: str = ""
    before: RunFacts | None = None
    after: RunFacts | None = None
    checks: tuple[str, ...] = ()
    """What was looked at without a run: parsing, linting, a compiler."""
    isolation: str = ""
    candidates_tried: int = 0
    from_model: int = 0
    """Of them, those that the language model wrote."""
    seconds: float = 0.0


class Repair(_Value):
    """One change, and why it was made."""

    state: State
    maker: str
    """``lint``, ``import``, ``syntax``, ``template:…`` or ``model:…``."""
    reason: str
    file: str
    line: int
    old: str
    new: str
    repaired: tuple[str, ...] = ()
    """Tests that failed before this change and pass after it."""
    rivals: tuple[str, ...] = ()
    """Diffs of other changes that pass the same tests and behave differently: with any, nothing is proven."""
    unlikely: bool = False
    """Whether the tests pass but the language model finds these lines much less likely than the old ones:
    then nothing is proven either."""


class ChangedFile(_Value):
    """A file after all changes; ``digest`` is of the bytes that were read, so that nothing newer is lost."""

    name: str
    diff: str
    text: str
    digest: str


class FixedCode(_Value):
    """The whole result."""

    schema_version: str = SCHEMA_VERSION
    name: str
    """Of the file or folder."""
    programming_language: str
    language: Literal["zh", "en"]
    """Of the explanation."""
    outcome: Outcome
    faults: tuple[Fault, ...] = ()
    repairs: tuple[Repair, ...] = ()
    files: tuple[ChangedFile, ...] = ()
    remaining: tuple[Fault, ...] = ()
    """What still fails after the repairs."""
    evidence: Evidence = Field(default_factory=Evidence)
    explanation: tuple[str, ...] = ()
    """Sentences made of the facts above."""
    model_explanation: str = ""
    """The language model's own words; nobody has checked them."""
    model: ModelUsed | None = None
    notes: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def state(self) -> State | None:
        """The weakest of the repairs' states; None where nothing was changed."""
        states = [repair.state for repair in self.repairs]
        return max(states, key=STATES.index) if states else None

    @property
    def diff(self) -> str:
        return "".join(file.diff for file in self.files)

    @property
    def holds(self) -> bool:
        """Whether there was nothing to repair, or all of it is repaired and proven or checked."""
        return self.outcome == "no_fault" or (self.outcome == "repaired" and self.state != "suggested")
