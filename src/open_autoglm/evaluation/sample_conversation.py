"""A conversation of any length, half in English and half in Chinese, as people have them with a model."""

from __future__ import annotations

from open_autoglm.values import Message

_SYSTEM = "You are a helpful assistant. Answer briefly, in the language of the question."
_TURNS = (
    (
        "We have {n} sensors that each send a reading every ten seconds. How much data is that in a day if "
        "a reading has 48 bytes?",
        "Each sensor sends 8,640 readings a day, and each reading has 48 bytes, so one sensor makes about "
        "415 kB a day. For {n} sensors, multiply that by {n}; before compression it stays well below what "
        "one disk holds for years. If the readings change slowly, storing differences instead of values "
        "usually saves another half.",
    ),
    (
        "我在整理第{n}号会议的纪要，参会人提到下个季度要把交付时间提前两周，我应该怎么写这一条？",
        "可以写成一条明确的决议：“会议决定，下季度起交付时间提前两周，由项目负责人在本月底前更新计划表，"
        "并通知所有相关部门。”这样写有决定、有负责人、有期限，之后检查起来也方便。如果还有尚未确认的细节，"
        "建议单独列在“待办事项”里，不要和决议混在一起。",
    ),
    (
        "Can you explain in two sentences why a B-tree is used for index number {n} instead of a hash table?",
        "A B-tree keeps its keys in order, so it answers range queries, prefix searches and sorted reads "
        "with the same structure, while a hash table finds single keys only. It also reads and writes whole "
        "pages, which suits disks, and it stays balanced by itself however many rows you insert or delete.",
    ),
    (
        "去杭州出差{n}天，住在西湖附近比较方便还是住在高铁站附近比较方便？主要在滨江开会。",
        "如果主要在滨江开会，住在滨江或者地铁沿线会更方便；西湖附近风景好，晚上可以散步，但早高峰过江比较堵。"
        "高铁站附近适合只住一晚、第二天一早赶车的情况。综合来看，建议住在地铁一号线或五号线附近，"
        "到会场和去西湖都在半小时左右。",
    ),
    (
        "Here is the error from run {n}: connection refused on port 5432. The database worked yesterday. "
        "What should I check first?",
        "First check whether the server process is running at all and which address it listens on, because "
        "'connection refused' means that nothing accepted the connection on that port. If it runs, look for "
        "a changed listen address, a firewall rule or a full disk that kept it from starting; its log of the "
        "last start usually names the reason in one line.",
    ),
    (
        "帮我把这句话改得更正式一些：我们这边第{n}批货有点问题，可能要晚几天才能发。",
        "可以改为：“您好，我方第{n}批货物在出库检验中发现问题，现正在处理，预计发货时间将顺延数日。"
        "具体发货日期确定后，我们会第一时间通知您，由此给您带来的不便，敬请谅解。”如果已经知道大概的日期，"
        "最好直接写明，对方会更容易安排。",
    ),
)


def sample_conversation(turns: int) -> tuple[Message, ...]:
    """``turns`` questions, each answered but the last. A longer one begins like a shorter one."""
    messages = [Message("system", _SYSTEM)]
    for number in range(turns):
        question, answer = (text.format(n=number + 3) for text in _TURNS[number % len(_TURNS)])
        messages += [Message("user", question), Message("assistant", answer)]
    return tuple(messages[:-1])
