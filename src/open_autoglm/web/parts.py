"""What the page works with; whoever serves it composes this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from open_autoglm.config import Settings
from open_autoglm.context.conversations import Conversations
from open_autoglm.documents.reader import DocumentReader
from open_autoglm.gateway.keys import KeyStore
from open_autoglm.gateway.knowledge.knowledge import Knowledge
from open_autoglm.jobs.code_fix import CodeFix
from open_autoglm.jobs.document_parse import DocumentParse
from open_autoglm.jobs.job_runner import JobRunner
from open_autoglm.jobs.video_analysis import VideoAnalysis
from open_autoglm.local.catalog import Catalog
from open_autoglm.serving.service import Service
from open_autoglm.telemetry.metrics import Metrics
from open_autoglm.video.limits import VideoLimits


@dataclass(frozen=True, slots=True)
class PageParts:
    """All of it belongs to the event loop that serves the page, and outlives it."""

    settings: Settings
    service: Service
    conversations: Conversations
    keys: KeyStore
    jobs: JobRunner
    documents: DocumentParse
    videos: VideoAnalysis
    codes: CodeFix
    knowledge: Knowledge
    video_limits: VideoLimits
    reader: Callable[[], DocumentReader]
    """Reads attached files and draws the pages of documents."""
    catalog: Catalog
    metrics: Metrics
