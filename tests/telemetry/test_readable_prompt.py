"""What ``log_prompts`` writes is read by people."""

from __future__ import annotations

from open_autoglm.telemetry.readable_prompt import readable_prompt
from open_autoglm.values import ChatRequest, ImagePart, Message, TextPart, TextRequest, Tool, ToolCall


def test_a_conversation_is_roles_and_texts() -> None:
    request = ChatRequest((Message("system", "Be brief."), Message("user", "How deep\nis it?")))
    assert readable_prompt(request) == "system: Be brief.\nuser: How deep\nis it?"


def test_pictures_and_tools_are_named() -> None:
    picture = (TextPart("What is this? "), ImagePart(b"12345", "image/png"))
    call = ToolCall("call-1", "look_up", '{"word": "river"}')
    request = ChatRequest(
        (
            Message("user", picture),
            Message("assistant", "", (call,)),
            Message("tool", "a stream", tool_call_id="call-1"),
        ),
        tools=(Tool("look_up", "", {}),),
    )
    assert readable_prompt(request).splitlines() == [
        "tools: look_up",
        "user: What is this? [picture image/png, 5 bytes]",
        "assistant: ",
        'calls look_up (call-1): {"word": "river"}',
        "tool (call-1): a stream",
    ]


def test_a_place_to_fill_in_is_what_stands_around_it() -> None:
    request = TextRequest("def add(", suffix="return a + b", files=(("a.py", "import os"),))
    assert readable_prompt(request) == "file a.py: import os\nprompt: def add(\nsuffix: return a + b"
