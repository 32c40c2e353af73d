"""Every error the program raises on purpose.

Each class knows its HTTP status, its exit code and whether the same request may succeed later.
A message names the thing, the value given and the remedy; the remedy may also stand in ``hint``.

    OpenAutoGLMError                500  exit 1
    ├── UsageError                  400  exit 2   the request itself is wrong
    │   ├── ConfigurationError      500  exit 2   a setting is wrong, with where it came from
    │   └── ContextExceeded         400  exit 2   more tokens than the window, with both counts
    ├── KeyRefused                  401  exit 2   no key was given, or one that is not known
    ├── Forbidden                   403  exit 2   a foreign host name or origin, or not this key's to use
    ├── NotFound                    404  exit 2   no conversation, task or key with that id
    ├── QueueFull                   429  exit 1   retryable after ``retry_after_s``: as many wait as may wait
    ├── InputError                  422  exit 3   the file handed in can't be used
    │   ├── InputMissing            404  exit 3   no such file, or no right to read it
    │   ├── UnsupportedFormat       415  exit 3
    │   ├── DamagedInput            422  exit 3   empty, cut, garbage
    │   ├── EncryptedInput          422  exit 3   needs --password, or the one given is wrong
    │   └── LimitExceeded           413  exit 3   pages, pixels, bytes, seconds or memory over a stated limit
    ├── MissingPiece                501  exit 4   something must be installed first
    │   ├── UnknownModel            404  exit 4   with the nearest names
    │   ├── ModelNotInstalled       503  exit 4   known, but its files are not here: pull it
    │   ├── ExtraMissing            501  exit 4   an optional package is not installed
    │   └── ModelFileRejected       502  exit 4   wrong size or digest, or not a model at all
    ├── DownloadFailed              502  exit 1   retryable; what arrived is kept for the next pull
    ├── OutputFailed                507  exit 1   disk full, no right to write; nothing half-written stays
    ├── EngineError                 500  exit 1
    │   ├── EngineStartFailed       503  exit 1   the worker's own last words are in the message
    │   ├── EngineUnavailable       503  exit 1   retryable: the worker died or is restarting
    │   ├── EngineTimeout           504  exit 1   retryable
    │   └── NotSupported            501  exit 2   the engine does not declare this capability
    ├── PartialResult               500  exit 1   some of the work failed; what is whole is kept
    └── Cancelled                   499  exit 130 the user asked to stop
"""

from __future__ import annotations

from typing import ClassVar


class OpenAutoGLMError(Exception):
    """Base of the tree. ``str(error)`` is one sentence for the user."""

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders; the default would lose the keyword argument.
        return (_rebuild, (type(self), self.message, self.hint))

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


def _rebuild(kind: type[OpenAutoGLMError], message: str, hint: str | None) -> OpenAutoGLMError:
    return kind(message, hint=hint)


class UsageError(OpenAutoGLMError):
    status = 400
    exit_code = 2


class ConfigurationError(UsageError):
    status = 500


class ContextExceeded(UsageError):
    status = 400


class KeyRefused(OpenAutoGLMError):
    status = 401
    exit_code = 2


class Forbidden(OpenAutoGLMError):
    status = 403
    exit_code = 2


class NotFound(OpenAutoGLMError):
    status = 404
    exit_code = 2


class QueueFull(OpenAutoGLMError):
    """``retry_after_s`` is an estimate, in whole seconds, of when a place will be free."""

    status = 429
    retryable = True

    def __init__(self, message: str, *, hint: str | None = None, retry_after_s: int = 1) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_queue_full, (self.message, self.hint, self.retry_after_s))


def _rebuild_queue_full(message: str, hint: str | None, retry_after_s: int) -> QueueFull:
    return QueueFull(message, hint=hint, retry_after_s=retry_after_s)


class InputError(OpenAutoGLMError):
    status = 422
    exit_code = 3


class InputMissing(InputError):
    status = 404


class UnsupportedFormat(InputError):
    status = 415


class DamagedInput(InputError):
    status = 422


class EncryptedInput(InputError):
    status = 422


class LimitExceeded(InputError):
    status = 413


class MissingPiece(OpenAutoGLMError):
    status = 501
    exit_code = 4


class UnknownModel(MissingPiece):
    status = 404


class ModelNotInstalled(MissingPiece):
    status = 503


class ExtraMissing(MissingPiece):
    status = 501


class ModelFileRejected(MissingPiece):
    status = 502


class DownloadFailed(OpenAutoGLMError):
    status = 502
    retryable = True


class OutputFailed(OpenAutoGLMError):
    status = 507


class EngineError(OpenAutoGLMError):
    status = 500


class EngineStartFailed(EngineError):
    status = 503


class EngineUnavailable(EngineError):
    status = 503
    retryable = True


class EngineTimeout(EngineError):
    status = 504
    retryable = True


class NotSupported(EngineError):
    status = 501
    exit_code = 2


class PartialResult(OpenAutoGLMError):
    status = 500


class Cancelled(OpenAutoGLMError):
    status = 499
    exit_code = 130
