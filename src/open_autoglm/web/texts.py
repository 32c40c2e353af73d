"""Every word of the page. ``texts_english`` and ``texts_chinese`` hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Braces are places for values. ``*_one`` is the form for a single thing, where it differs."""

    tag: Literal["zh-CN", "en-US"]
    """Language tag of the page (BCP 47), as the framework has it among its own."""
    name: str

    # frame
    product: str
    skip: str
    navigation: str
    chats: str
    documents: str
    status: str
    menu: str
    close: str
    cancel: str
    save: str
    settings: str
    theme: str
    theme_auto: str
    theme_light: str
    theme_dark: str
    language: str
    log_out: str
    offline: str
    shortcuts: str
    shortcut_send: str
    shortcut_line: str
    shortcut_search: str
    shortcut_new: str
    shortcut_stop: str

    # the key
    key_title: str
    key_explained: str
    key_field: str
    key_enter: str
    key_refused: str

    # conversations
    new_chat: str
    search: str
    search_empty: str
    no_chats: str
    today: str
    yesterday: str
    this_week: str
    this_month: str
    month: str
    """A form for ``datetime.strftime``."""
    more_chats: str
    chat_menu: str
    rename: str
    delete: str
    delete_title: str
    delete_explained: str
    export_markdown: str
    export_json: str
    untitled: str
    not_found: str

    # a message
    you: str
    assistant: str
    edit: str
    edit_send: str
    regenerate: str
    copy: str
    copied: str
    copy_code: str
    code: str
    picture: str
    reasoning: str
    version: str
    previous: str
    next: str
    stopped: str
    cut: str
    no_answer: str
    broken_off: str
    retry: str
    failed: str
    tokens: str
    answer_speed: str
    first_after: str
    from_result_cache: str
    cached_tokens: str
    seconds: str

    # composing
    message: str
    placeholder: str
    send: str
    stop: str
    attach: str
    attach_picture: str
    attach_document: str
    remove: str
    cannot_see: str
    file_too_large: str
    greeting: str
    greeting_explained: str
    suggestions: tuple[str, ...]
    answered: str

    # while waiting
    queued: str
    queued_behind: str
    loading_model: str
    reading_prompt: str
    reading_progress: str
    thinking: str

    # the model
    model: str
    choose_model: str
    tiers: Mapping[str, str]
    """What the tiers of the catalogue are for, by their name."""
    no_model: str
    no_model_explained: str
    state_unloaded: str
    state_loading: str
    state_ready: str
    state_answering: str
    state_draining: str
    state_down: str
    upstream: str
    means: str
    in_memory: str
    on_disk: str

    # the context
    context: str
    context_used: str
    context_unknown: str
    context_kept: str
    context_dropped: str
    context_summarized: str
    context_whole: str
    context_summary: str
    context_before: str
    context_what: str

    # documents
    drop: str
    drop_explained: str
    choose_file: str
    no_documents: str
    stage_queued: str
    stage_read: str
    stage_notes: str
    stage_key_information: str
    stage_fields: str
    stage_summary: str
    stage_done: str
    stage_failed: str
    stage_cancelled: str
    pages_done: str
    time_left: str
    summary: str
    key_information: str
    read_text: str
    page: str
    ask_about: str
    summarize_too: str
    download: str
    back: str
    document_whole: str
    document_part: str
    document_gone: str
    reading_document: str
    unverified: str

    # video
    videos: str
    video_drop: str
    video_drop_explained: str
    no_videos: str
    video_back: str
    video_start: str
    video_use_model: str
    video_question: str
    video_stages: Mapping[str, str]
    video_speed: str
    video_events: str

    # code
    codes: str
    code_explained: str
    code_text: str
    code_text_hint: str
    code_file: str
    code_file_hint: str
    code_error: str
    code_error_hint: str
    code_test: str
    code_test_hint: str
    code_use_model: str
    code_start: str
    code_empty: str
    code_too_large: str
    code_not_run: str
    no_codes: str
    code_back: str
    code_stages: Mapping[str, str]
    code_tried: str
    code_copy: str
    code_download: str
    code_before: str
    code_after: str
    code_passed: str
    code_no_output: str
    code_shown: str
    zones: str
    zone_explained: str
    zone_picture: str
    zone_hint: str
    zone_hint_drawing: str
    zone_hint_line: str
    zone_new: str
    zone_close: str
    zone_undo: str
    zone_text: str
    zone_saved: str
    zone_name: str
    zone_line: str
    zone_has_line: str
    zone_rules: tuple[str, ...]
    """In the order of ``zone_editor.RULES``, each with the unit of its number."""

    # knowledge bases
    knowledge: str
    knowledge_explained: str
    knowledge_name: str
    knowledge_needs_name: str
    knowledge_new: str
    no_knowledge: str
    knowledge_back: str
    knowledge_remove: str
    knowledge_files: str
    knowledge_failed: str
    knowledge_waiting: str
    knowledge_reading: str
    knowledge_vectors: str
    knowledge_passages: str
    knowledge_pages: str
    knowledge_files_title: str
    knowledge_drop: str
    knowledge_drop_explained: str
    knowledge_folder: str
    knowledge_folder_hint: str
    knowledge_folder_kept: str
    knowledge_more_files: str
    knowledge_file_failed: str
    knowledge_file_waiting: str
    knowledge_ask: str
    knowledge_ask_hint: str
    knowledge_begin_anew: str
    knowledge_searching: str
    knowledge_searched: str
    knowledge_thinking: str
    knowledge_quoted: str
    knowledge_removed: str
    knowledge_nearest: str
    knowledge_stopped: str
    knowledge_page: str
    knowledge_page_hint: str

    # status
    speed: str
    speed_now: str
    queue: str
    slots: str
    memory: str
    machine: str
    models: str
    none_loaded: str
    kv_tokens: str
    unload: str
    unload_in: str
    result_cache: str
    prefix_cache: str
    hit_rate: str
    versions: str
    uptime: str
    processor: str
