"""Reads robots.txt and says what may be fetched."""

from dataclasses import dataclass, field


@dataclass
class _Group:
    agents: list = field(default_factory=list)
    rules: list = field(default_factory=list)
    delay: float | None = None


class Robots:
    """The rules of one robots.txt.

    Groups begin with one or more ``User-agent`` lines, followed by ``Allow``, ``Disallow`` and
    ``Crawl-delay`` lines. Names are read in any case; ``#`` begins a comment; other lines are
    ignored, and so are rules before the first group. An empty ``Disallow`` forbids nothing.
    """

    def __init__(self, text):
        self._groups = []
        in_rules = True
        for line in text.splitlines():
            name, separator, value = line.split("#", 1)[0].partition(":")
            name, value = name.strip().lower(), value.strip()
            if not separator:
                continue
            if name == "user-agent":
                if in_rules:
                    self._groups.append(_Group())
                self._groups[-1].agents.append(value.lower())
                in_rules = False
            elif self._groups and name in ("allow", "disallow", "crawl-delay"):
                in_rules = True
                self._add(self._groups[-1], name, value)

    def allowed(self, agent, path):
        """Say whether the agent may fetch the path.

        The longest matching rule counts, and of two as long the one that allows. A rule matches
        paths that begin with its text. Without a matching rule everything is allowed.
        """
        rules = self._group(agent).rules
        matching = [(len(prefix), allow) for prefix, allow in rules if path.startswith(prefix)]
        return max(matching)[1] if matching else True

    def delay(self, agent):
        """Return the seconds between two fetches that the agent is asked to keep, or None."""
        return self._group(agent).delay

    def _group(self, agent):
        """The first group that names a part of the agent, else the one for ``*``, else an empty one."""
        agent = agent.lower()
        for group in self._groups:
            if any(name != "*" and name in agent for name in group.agents):
                return group
        for group in self._groups:
            if "*" in group.agents:
                return group
        return _Group()

    @staticmethod
    def _add(group, name, value):
        if name == "crawl-delay":
            try:
                group.delay = float(value)
            except ValueError:
                return
        elif value:
            group.rules.append((value, name == "allow"))
