"""The three policies: nothing leaves a conversation without being counted."""

from __future__ import annotations

import random

import pytest
from talks import chat, fit_request, is_summary_request, summarize, talk, text_of, tool_turn

from open_autoglm.context.policies import plan_context
from open_autoglm.context.report import ContextPolicy
from open_autoglm.context.summary_memory import SummaryMemory
from open_autoglm.engine.scripted import ScriptedAnswer
from open_autoglm.errors import ContextExceeded, EngineError, EngineUnavailable
from open_autoglm.values import ChatRequest, ImagePart, Message, TextPart, TextRequest

pytestmark = pytest.mark.anyio
POLICIES: tuple[ContextPolicy, ...] = ("reject", "truncate", "summarize")


# what fits


@pytest.mark.parametrize("policy", POLICIES)
async def test_what_fits_is_sent_as_it_is(engine, policy: ContextPolicy) -> None:
    model = await engine(400)
    request = chat(talk(3))
    fitted = await fit_request(request, policy, model)
    assert fitted.request == request
    assert fitted.report.done == "nothing"
    assert fitted.report.kept_messages == len(request.messages)
    assert fitted.report.prompt_tokens == fitted.report.original_tokens == await model.count_tokens(request)
    assert not model.requests


@pytest.mark.parametrize("policy", ["truncate", "summarize"])
async def test_one_long_question_with_room_for_some_answer_is_sent_as_it_is(
    engine, policy: ContextPolicy
) -> None:
    request = chat((Message("user", "word " * 380),), max_tokens=None)
    fitted = await fit_request(request, policy, await engine(400))
    assert fitted.request == request
    assert fitted.report.done == "nothing"


# reject


async def test_reject_refuses_with_both_counts_before_any_work(engine) -> None:
    model = await engine(200)
    with pytest.raises(ContextExceeded, match=r"prompt has \d+ tokens.*50 tokens.*window of 200"):
        await fit_request(chat(talk(12)), "reject", model)
    assert not model.requests


async def test_reject_asks_only_for_room_for_one_token_where_the_answer_has_no_bound(engine) -> None:
    model = await engine(200)
    request = chat((Message("user", "word " * 194),), max_tokens=None)
    assert await model.count_tokens(request) == 199
    assert (await fit_request(request, "reject", model)).request == request


async def test_reject_leaves_estimated_counts_to_the_server(engine) -> None:
    request = chat(talk(12))
    assert (await fit_request(request, "reject", await engine(200, exact=False))).request == request


# truncate


async def test_truncate_drops_the_oldest_turns_and_keeps_system_message_and_last_turn(engine) -> None:
    model = await engine(400)
    messages = talk(20)
    fitted = await fit_request(chat(messages), "truncate", model)
    kept = fitted.request.messages
    assert kept[0] == messages[0]
    assert kept[1:] == messages[-(len(kept) - 1) :]
    assert kept[1].role == "user"
    assert fitted.report.done == "truncated"
    assert fitted.report.dropped_messages == len(messages) - len(kept)
    assert fitted.report.prompt_tokens == await model.count_tokens(fitted.request) <= 350
    assert fitted.report.original_tokens == await model.count_tokens(chat(messages))


async def test_truncate_drops_no_more_than_the_step_that_frees_what_is_missing(engine) -> None:
    model = await engine(400)
    fitted = await fit_request(chat(talk(20)), "truncate", model)
    turn = 34
    assert fitted.report.prompt_tokens > 350 - 400 // 8 - turn


async def test_truncate_lets_the_prompt_begin_alike_for_several_turns(engine) -> None:
    model = await engine(800)
    starts = [
        (await fit_request(chat(talk(turns)), "truncate", model)).request.messages[1]
        for turns in range(30, 60)
    ]
    assert len(set(starts)) <= 30 * 34 / (800 / 8) + 1


async def test_truncate_asks_for_few_counts(engine) -> None:
    model = await engine(400)
    counted = 0
    count_tokens = model.count_tokens

    async def counting(request: ChatRequest) -> int:
        nonlocal counted
        counted += 1
        return await count_tokens(request)

    model.count_tokens = counting
    await fit_request(chat(talk(40)), "truncate", model)
    assert counted <= 8


async def test_truncate_keeps_tool_calls_with_their_answers(engine) -> None:
    model = await engine(400)
    messages = tuple(message for name in "abcdefgh" for message in tool_turn(name))
    fitted = await fit_request(chat((*messages, Message("user", "last"))), "truncate", model)
    kept = fitted.request.messages
    assert fitted.report.dropped_messages % 4 == 0
    assert {call.id for message in kept for call in message.tool_calls} == {
        message.tool_call_id for message in kept if message.role == "tool"
    }


@pytest.mark.parametrize("policy", ["truncate", "summarize"])
async def test_a_last_turn_that_does_not_fit_is_refused_with_the_counts_and_the_remedy(
    engine, policy: ContextPolicy
) -> None:
    model = await engine(200)
    request = chat((*talk(3)[:-1], Message("user", "word " * 190)))
    with pytest.raises(ContextExceeded, match=r"\d+ tokens.*last turn.*\d+.*50 tokens.*200.*max_tokens"):
        await fit_request(request, policy, model)
    assert not model.requests


@pytest.mark.parametrize("policy", ["truncate", "summarize"])
async def test_text_has_no_turns_and_is_refused(engine, policy: ContextPolicy) -> None:
    model = await engine(200)
    with pytest.raises(ContextExceeded, match="no turns"):
        await fit_request(TextRequest("word " * 300), policy, model)
    fitting = TextRequest("word " * 100)
    assert (await fit_request(fitting, policy, model)).request == fitting


# summarize


async def test_summarize_replaces_the_oldest_turns_by_what_the_model_wrote_of_them(engine) -> None:
    model = await engine(400)
    messages = talk(12)
    fitted = await fit_request(chat(messages), "summarize", model)
    system, *kept = fitted.request.messages
    report = fitted.report
    assert report.done == "summarized"
    assert tuple(kept) == messages[1 + report.summarized_messages :]
    assert kept[0].role == "user"
    told = " ".join(f"q{number}" for number in range(report.summarized_messages // 2))
    assert report.summary == f"About {told}."
    assert text_of(system).startswith("Be brief.")
    assert report.summary in text_of(system)
    assert report.prompt_tokens == await model.count_tokens(fitted.request) <= 350


async def test_a_conversation_without_a_system_message_gets_its_summary_as_one(engine) -> None:
    fitted = await fit_request(chat(talk(12, system="")), "summarize", await engine(400))
    assert [message.role for message in fitted.request.messages[:2]] == ["system", "user"]
    assert fitted.report.summary in text_of(fitted.request.messages[0])


async def test_a_summary_joins_a_system_message_of_parts(engine) -> None:
    picture = ImagePart(b"png", "image/png")
    messages = (Message("system", (TextPart("See"), picture)), *talk(12, system=""))
    fitted = await fit_request(chat(messages), "summarize", await engine(500))
    first = fitted.request.messages[0]
    assert first.parts[:2] == (TextPart("See"), picture)
    assert fitted.report.summary in first.parts[2].text


async def test_planning_computes_nothing_and_says_that_a_summary_is_needed(engine) -> None:
    model = await engine(400)
    plan = await plan_context(chat(talk(12)), "summarize", model)
    assert plan.needs_summary
    assert not model.requests
    await plan.apply(model.chat)
    assert model.requests
    assert all(map(is_summary_request, model.requests))


async def test_the_next_turn_uses_the_summary_again(engine) -> None:
    model = await engine(400)
    memory = SummaryMemory()
    first = await fit_request(chat(talk(12)), "summarize", model, memory=memory)
    written = len(model.requests)
    plan = await plan_context(chat(talk(13)), "summarize", model, memory=memory)
    assert not plan.needs_summary
    second = await plan.apply(model.chat)
    assert second.report.summary == first.report.summary
    assert second.request.messages[: len(first.request.messages)] == first.request.messages
    assert len(model.requests) == written


async def test_a_longer_summary_is_made_from_the_earlier_one_and_the_turns_since(engine) -> None:
    model = await engine(400)
    memory = SummaryMemory()
    written = 0
    for turns in range(2, 40):
        fitted = await fit_request(chat(talk(turns)), "summarize", model, memory=memory)
        report = fitted.report
        if len(model.requests) > written:
            written = len(model.requests)
            covered = report.summarized_messages // 2
            assert report.summary == "About " + " ".join(f"q{number}" for number in range(covered)) + "."
            if written > 1:
                assert "Summary so far:" in text_of(model.requests[-1].messages[-1])
    assert 2 < written < 14


async def test_another_owner_does_not_get_the_summary(engine) -> None:
    model = await engine(400)
    memory = SummaryMemory()
    await fit_request(chat(talk(12)), "summarize", model, owner="ada", memory=memory)
    assert (await plan_context(chat(talk(12)), "summarize", model, owner="bob", memory=memory)).needs_summary
    assert not (
        await plan_context(chat(talk(12)), "summarize", model, owner="ada", memory=memory)
    ).needs_summary


async def test_a_changed_turn_does_not_get_the_summary_of_what_it_was(engine) -> None:
    model = await engine(400)
    memory = SummaryMemory()
    messages = talk(12)
    await fit_request(chat(messages), "summarize", model, memory=memory)
    changed = (messages[0], Message("user", "question 77"), *messages[2:])
    fitted = await fit_request(chat(changed), "summarize", model, memory=memory)
    assert fitted.report.summary.startswith("About q77 q1")


async def test_turns_longer_than_the_window_are_folded_in_step_by_step(engine) -> None:
    model = await engine(400)
    fitted = await fit_request(chat(talk(40)), "summarize", model)
    assert len(model.requests) > 2
    covered = fitted.report.summarized_messages // 2
    assert fitted.report.summary == "About " + " ".join(f"q{number}" for number in range(covered)) + "."


async def test_a_message_longer_than_the_window_is_read_in_pieces(engine) -> None:
    model = await engine(400)
    words = " ".join(f"w{number}" for number in range(900))
    messages = (Message("user", words), Message("assistant", "I see."), Message("user", "And now?"))
    fitted = await fit_request(chat(messages), "summarize", model)
    told = " ".join(text_of(request.messages[-1]) for request in model.requests)
    assert {f"w{number}" for number in range(900)} <= set(told.split())
    assert fitted.report.summarized_messages == 2


async def test_a_chinese_conversation_is_summarized_in_chinese(engine) -> None:
    model = await engine(400, lambda request: "用户想去杭州。" if is_summary_request(request) else "好")
    messages = [Message("system", "请简短回答。")]
    for number in range(12):
        messages += [
            Message("user", f"第{number}个问题：去杭州怎么走最方便？请说明理由。"),
            Message("assistant", "坐高铁最方便，大约一个小时就到了。"),
        ]
    fitted = await fit_request(chat(tuple(messages[:-1])), "summarize", model)
    assert "请用中文" in text_of(model.requests[0].messages[-1])
    assert "此前对话的摘要" in text_of(fitted.request.messages[0])


async def test_tool_calls_and_pictures_are_told_in_words(engine) -> None:
    model = await engine(600)
    picture = Message("user", (ImagePart(b"png", "image/png"), TextPart("what is this")))
    turns = [message for name in "abcdefgh" for message in tool_turn(name)]
    await fit_request(chat((picture, Message("assistant", "a cat"), *turns, *talk(1))), "summarize", model)
    told = text_of(model.requests[0].messages[-1])
    assert "User: [picture] what is this" in told
    assert 'Assistant: calls look_up with {"word": "a"}' in told
    assert "Tool result: a is a word" in told


async def test_a_failing_engine_is_not_hidden(engine) -> None:
    gone = ScriptedAnswer(error=EngineUnavailable("The worker died."))
    memory = SummaryMemory()
    with pytest.raises(EngineUnavailable):
        await fit_request(chat(talk(12)), "summarize", await engine(400, [gone]), memory=memory)
    assert (await plan_context(chat(talk(12)), "summarize", await engine(400), memory=memory)).needs_summary


async def test_an_empty_summary_is_an_error(engine) -> None:
    with pytest.raises(EngineError, match="wrote none"):
        await fit_request(chat(talk(12)), "summarize", await engine(400, [" "]))


async def test_a_summary_that_reached_its_limit_ends_with_a_whole_sentence(engine) -> None:
    words = "One is here. Two is there. " * 30
    fitted = await fit_request(chat(talk(12)), "summarize", await engine(400, lambda _: words))
    assert fitted.report.summary.endswith(("here.", "there."))


async def test_a_window_too_small_for_any_summary_is_refused(engine) -> None:
    with pytest.raises(ContextExceeded):
        await fit_request(chat(talk(12), max_tokens=5), "summarize", await engine(100))


# all of them, on conversations of any shape


@pytest.mark.parametrize("policy", ["truncate", "summarize"])
@pytest.mark.parametrize("seed", range(40))
async def test_every_message_is_kept_dropped_or_summarized_and_the_answer_has_its_room(
    engine, policy: ContextPolicy, seed: int
) -> None:
    dice = random.Random(seed)
    messages = [Message("system", "rule " * dice.randint(1, 9))] if dice.random() < 0.7 else []
    for number in range(dice.randint(1, 60)):
        messages += (
            tool_turn(f"t{number}", dice.randint(1, 20))
            if dice.random() < 0.3
            else talk(2, system="", words=dice.randint(1, 60))[:2]
        )
    messages.append(Message("user", "last " * dice.randint(1, 60)))
    request = chat(tuple(messages), dice.choice([None, 1, 60]))
    model = await engine(dice.choice([400, 600, 1500]), summarize)
    fitted = await fit_request(request, policy, model)
    report = fitted.report
    assert report.kept_messages + report.dropped_messages + report.summarized_messages == len(messages)
    assert report.prompt_tokens == await model.count_tokens(fitted.request)
    reserve = min(model.capabilities.context_window // 4, 1024)
    assert (
        report.prompt_tokens + (reserve if request.max_tokens is None else request.max_tokens)
        <= model.capabilities.context_window
    )
    kept = [message for message in fitted.request.messages if message.role != "system"]
    assert kept == messages[len(messages) - len(kept) :]
    assert kept[0].role == "user"
    assert fitted.request.messages[-1] == messages[-1]
    await model.chat(fitted.request)
