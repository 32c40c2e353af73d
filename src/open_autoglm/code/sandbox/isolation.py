"""What held a run back on this system, and what did not: said, never assumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from open_autoglm.text_language import Language

Measure = Literal["network", "files", "processes", "system_calls", "limits"]

_HELD: dict[Measure, dict[Language, str]] = {
    "network": {"en": "no network", "zh": "不能联网"},
    "files": {"en": "no files but its own copy", "zh": "只能改动自己的副本"},
    "processes": {"en": "no processes but its own", "zh": "只能接触自己的进程"},
    "system_calls": {"en": "no dangerous system calls", "zh": "禁止危险的系统调用"},
    "limits": {"en": "limits on time, memory, disk and processes", "zh": "时间、内存、磁盘和进程数有上限"},
}
_MISSING: dict[Measure, dict[Language, str]] = {
    "network": {"en": "the network is not cut", "zh": "网络未被切断"},
    "files": {"en": "files of the user are not out of reach", "zh": "用户的文件未被隔离"},
    "processes": {"en": "other processes are not out of reach", "zh": "其他进程未被隔离"},
    "system_calls": {"en": "system calls are not filtered", "zh": "系统调用未被过滤"},
    "limits": {
        "en": "memory and processes are watched, not limited",
        "zh": "内存和进程数只被监视,没有硬上限",
    },
}


@dataclass(frozen=True, slots=True)
class Isolation:
    """``held`` and ``missing`` together name every measure; ``remarks`` say how, and why one is missing."""

    held: tuple[Measure, ...]
    missing: tuple[Measure, ...]
    remarks: tuple[str, ...] = ()

    @property
    def network_cut(self) -> bool:
        return "network" in self.held

    @property
    def files_confined(self) -> bool:
        return "files" in self.held

    @property
    def complete(self) -> bool:
        return not self.missing

    def words(self, language: Language = "en") -> str:
        """One or two sentences for the user."""
        comma, stop, but = ("、", "。", "未做到:") if language == "zh" else (", ", ".", " Not here: ")
        held = comma.join(_HELD[measure][language] for measure in self.held)
        lead = "沙箱:" if language == "zh" else "Run with "
        sentence = f"{lead}{held}{stop}" if held else ""
        if self.missing:
            gaps = comma.join(_MISSING[measure][language] for measure in self.missing)
            sentence += f"{but}{gaps}{stop}"
        return sentence.strip()
