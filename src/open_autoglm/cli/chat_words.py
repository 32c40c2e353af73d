"""What the terminal chat says, in Chinese and English; what the page says too is taken from there."""

from __future__ import annotations

import locale
from dataclasses import dataclass

from open_autoglm.web.languages import TEXTS, Language
from open_autoglm.web.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatWords:
    """Braces are places for values."""

    page: Texts
    welcome: str
    help: str
    unknown_command: str
    nothing_said: str
    nothing_listed: str
    no_such_entry: str
    opened: str
    renamed: str
    exported: str
    deleted: str
    model_is: str
    model_now: str
    model_near: str
    model_far: str
    system_is: str
    system_none: str
    system_next: str
    branch_line: str
    goes_on_from: str
    versions: str
    documents_left_out: str
    stopped: str


ENGLISH = ChatWords(
    page=TEXTS["en"],
    welcome='{} answers. /help shows the commands, """ begins and ends several lines, Ctrl-D leaves.',
    help="""\
/new               begin a new conversation
/list              list conversations; /open N opens one of them
/search WORDS      find conversations
/rename TITLE      rename this one
/branch            number the messages; /branch N goes on after message N,
                   /branch N V shows version V of message N
/retry             answer the last question again
/model [NAME]      show or choose the model
/system [TEXT]     show or set the instruction of the next new conversation
/context           what of the conversation stood in the last prompt
/export FILE       write this conversation as .md or .json
/delete            delete this conversation
/quit              leave; Ctrl-C stops an answer, twice leaves""",
    unknown_command="There is no command {}. /help shows what there is.",
    nothing_said="Nothing has been said yet.",
    nothing_listed="There is no conversation to list.",
    no_such_entry="{!r} is none of the numbers listed.",
    opened="Opened: {}",
    renamed="Renamed: {}",
    exported="Written: {}",
    deleted="Deleted: {}",
    model_is="Model: {}. There are: {}",
    model_now="Model: {}",
    model_near="No model is named {!r}; the nearest names are: {}.",
    model_far="No model is named {!r}; there are: {}.",
    system_is="Instruction of new conversations: {}",
    system_none="New conversations have no instruction.",
    system_next="It holds from the next conversation on: /new begins one.",
    branch_line="{:>3}  {}{}: {}",
    goes_on_from="The next message follows message {}.",
    versions=" ({} versions)",
    documents_left_out="The documents of this conversation are given to the model on the page only.",
    stopped="Stopped.",
)

CHINESE = ChatWords(
    page=TEXTS["zh"],
    welcome='由 {} 回答。/help 显示命令，""" 开始和结束多行输入，Ctrl-D 退出。',
    help="""\
/new               开始新对话
/list              列出对话；/open N 打开其中之一
/search 词语        查找对话
/rename 标题        重命名当前对话
/branch            给消息编号；/branch N 从第 N 条消息之后继续，
                   /branch N V 显示第 N 条消息的第 V 版
/retry             重新回答上一个问题
/model [名称]       显示或选择模型
/system [文字]      显示或设定下一个新对话的指令
/context           上一次提示中包含了对话的哪些部分
/export 文件        把当前对话写成 .md 或 .json
/delete            删除当前对话
/quit              退出；Ctrl-C 停止回答，连按两次退出""",
    unknown_command="没有命令 {}。/help 显示所有命令。",
    nothing_said="还没有任何消息。",
    nothing_listed="没有可列出的对话。",
    no_such_entry="{!r} 不在所列的编号之中。",
    opened="已打开：{}",
    renamed="已重命名：{}",
    exported="已写入：{}",
    deleted="已删除：{}",
    model_is="模型：{}。可选：{}",
    model_now="模型：{}",
    model_near="没有名为 {!r} 的模型；最接近的名称：{}。",
    model_far="没有名为 {!r} 的模型；可选：{}。",
    system_is="新对话的指令：{}",
    system_none="新对话没有指令。",
    system_next="从下一个对话起生效：/new 开始新对话。",
    branch_line="{:>3}  {}{}：{}",
    goes_on_from="下一条消息接在第 {} 条之后。",
    versions="（{} 个版本）",
    documents_left_out="本对话的文档只在网页上提供给模型。",
    stopped="已停止。",
)


def chat_words(setting: str) -> ChatWords:
    """In the language of the setting; ``auto``: that of the system."""
    language: Language = "zh" if setting == "zh" or (setting == "auto" and _system_is_chinese()) else "en"
    return CHINESE if language == "zh" else ENGLISH


def _system_is_chinese() -> bool:
    name = locale.getlocale()[0] or ""
    return name.lower().startswith(("zh", "chinese"))
