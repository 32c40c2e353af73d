"""Key information: what layout, patterns and the model find, checked against the document and merged.

Without a model the layout gives the title and patterns give the rest. What the model names is looked
up in the document: what can't be found is dropped, and a paraphrase is marked unverified.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from open_autoglm.documents.model import Document, Region, RegionType
from open_autoglm.tasks.document_result import Citation, FoundBy, KeyKind, KeyValue
from open_autoglm.tasks.document_text import Passage, unwrapped
from open_autoglm.tasks.grounding import MAX_CITATIONS, MAX_QUOTE_CHARACTERS, DocumentIndex, fold
from open_autoglm.tasks.key_patterns import find_patterns
from open_autoglm.tasks.key_patterns.dates import find_dates
from open_autoglm.tasks.key_patterns.names import find_names
from open_autoglm.tasks.lexical import covered, terms

LIMITS: dict[KeyKind, int] = {
    KeyKind.TITLE: 1,
    KeyKind.PERSON: 40,
    KeyKind.ORGANIZATION: 40,
    KeyKind.DATE: 40,
    KeyKind.AMOUNT: 60,
    KeyKind.IDENTIFIER: 30,
    KeyKind.CONTACT: 30,
    KeyKind.OBLIGATION: 25,
    KeyKind.DEADLINE: 25,
    KeyKind.KEY_FIGURE: 20,
}
"""Values kept of each kind; what is left out is counted in a note."""

LABEL_SUPPORT = 0.5
"""Share of a key figure's label that its page must hold for the figure to count as verified."""
PARAPHRASE_SUPPORT = 0.6
"""Share of a paraphrase that one passage must hold to be cited for it."""

_REPORTED_EVERY = 100
_SEARCHED_TITLES = 2
_TITLE_PLACES = 2
_TOP = frozenset(RegionType) - {RegionType.HEADER, RegionType.FOOTER, RegionType.FIGURE}
_NUMBERED = re.compile(r"\s*(?:\d+[.、\s]|[一二三四五六七八九十]+[、.]|第.{1,4}[章节条])")
_NOT_SEARCHED = frozenset({RegionType.CODE, RegionType.FORMULA})
_JUNK_TITLE = re.compile(
    r"^\s*(?:untitled|无标题|sheet ?\d*|slide ?\d*|工作表 ?\d*|document\d*|microsoft \w+ - .*"
    r"|.*\.(?:docx?|pdf|pptx?|xlsx?))\s*$",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"总价|总额|总计|合计|价款|total|sum|grand", re.I)
_PARTY_WORDS = re.compile(
    r"^(?:[甲乙丙]方|双方|本?公司|供应商|采购方|供应方|买方|卖方|客户|发包人|承包人|the |a )"
    r"|^(?:supplier|customer|company|buyer|seller|party|parties|client|employee|n/?a|none|无|未知)$",
    re.I,
)
_PERSON_SHAPE = re.compile(
    r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,8}(?:·[\u4e00-\u9fff]{1,8}){1,3}|(?=.*[A-Z])[^\d@:/\u4e00-\u9fff]{3,50}"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_CHINESE_ORGANIZATION_END = re.compile(
    r"(?:公司|集团|局|院|所|站|中心|大学|学院|中学|小学|学校|银行|部|会|厂|社|行|店|政府|基金|机构|组织|部门|处|科|委|厅"
    r"|队|团|馆|台|网|联盟|企业|实验室|股份|商行|酒店|医院|工作室|）|\))$"
)
"""How the names of Chinese organizations end; a small model also calls machines and places so."""

_ORDER_BY_MENTIONS = frozenset({KeyKind.PERSON, KeyKind.ORGANIZATION})


@dataclass(frozen=True, slots=True)
class Finding:
    """What the model named while it read ``pages``; not yet checked."""

    kind: KeyKind
    value: str
    label: str
    pages: tuple[int, ...]


@dataclass(slots=True)
class _Gathered:
    value: KeyValue
    place: int
    mentions: int = 1


def find_key_information(
    document: Document,
    passages: Sequence[Passage],
    index: DocumentIndex,
    findings: Iterable[Finding] = (),
    report: Callable[[int, int, float | None], None] = lambda *_: None,
) -> tuple[tuple[KeyValue, ...], tuple[str, ...]]:
    """Key values ordered by kind and importance, and notes on what was dropped or left out."""
    notes: list[str] = []
    found = [*_title(document, index), *_from_patterns(passages, report)]
    checked = [(finding, check_finding(finding, index)) for finding in findings]
    dropped = sum(value is None for _, value in checked)
    if dropped:
        notes.append(
            f"{dropped} of {len(checked)} values named by the model are not in the document: dropped."
        )
    found.extend(value for _, value in checked if value is not None)
    kept, left_out = _capped(_merged(found))
    notes.extend(left_out)
    return kept, tuple(notes)


def title_text(document: Document) -> str:
    """The title as it stands on the page; empty when there is none."""
    found = _title_on_page(document)
    return found[1] if found else ""


def _title_on_page(document: Document) -> tuple[Region, str] | None:
    """The title on the page, else an opening heading."""
    regions = [region for page in document.pages[:_SEARCHED_TITLES] for region in page.regions]
    titles = [region for region in regions if region.type is RegionType.TITLE]
    headings = [region for region in regions if region.type is RegionType.HEADING]
    for region in (titles or [heading for heading in headings if _opens(heading, document)])[:1]:
        text = " ".join(unwrapped(region.text).split())
        if text and not _JUNK_TITLE.match(text):
            return region, text
    return None


def _title(document: Document, index: DocumentIndex) -> Iterator[KeyValue]:
    """The title on the page, else its first heading, else what the file says of itself."""
    if found := _title_on_page(document):
        region, text = found
        citation = Citation(page=region.page, region=region.id, box=region.box, quote=text)
        yield KeyValue(
            kind=KeyKind.TITLE, value=text, citations=(citation,), verified=True, found_by=FoundBy.LAYOUT
        )
        return
    if document.title and not _JUNK_TITLE.match(document.title):
        citations = index.find(document.title)
        yield KeyValue(
            kind=KeyKind.TITLE,
            value=document.title,
            citations=citations,
            verified=bool(citations),
            found_by=FoundBy.LAYOUT,
            note="From the file's own metadata.",
        )


def _opens(heading: Region, document: Document) -> bool:
    """Whether a heading stands at the very top and has no number: a title by another name."""
    first = [region for page in document.pages for region in page.regions if region.type in _TOP]
    return heading in first[:_TITLE_PLACES] and not _NUMBERED.match(heading.text)


def _from_patterns(
    passages: Sequence[Passage], report: Callable[[int, int, float | None], None]
) -> Iterator[KeyValue]:
    for number, passage in enumerate(passages):
        if number % _REPORTED_EVERY == 0:
            report(number, len(passages), None)
        if passage.type in _NOT_SEARCHED:
            continue
        for match in find_patterns(unwrapped(passage.text)):
            value = " ".join(match.value.split())
            yield KeyValue(
                kind=match.kind,
                value=value,
                label=match.label or passage.label,
                normalized=match.normalized,
                citations=(passage.cite(value),),
                verified=True,
                found_by=FoundBy.PATTERN,
                note=match.note,
            )


def check_finding(finding: Finding, index: DocumentIndex) -> KeyValue | None:
    """The finding with its places in the document; None when it is not there or is no name at all."""
    value = " ".join(finding.value.split()).strip(" ,，。;；:：")
    if not _plausible(finding.kind, value):
        return None
    citations = index.find(value, finding.pages) or index.find(value)
    verified = bool(citations)
    if finding.kind is KeyKind.KEY_FIGURE:
        is_date = any(len(date.value) == len(value) for date in find_dates(value))
        if is_date or not any(character.isdigit() for character in value) or not citations:
            return None
        verified = any(
            covered(finding.label, terms(index.page_text(citation.page))) >= LABEL_SUPPORT
            for citation in citations
        )
    elif finding.kind in (KeyKind.OBLIGATION, KeyKind.DEADLINE) and not citations:
        citations = _closest(value, finding.pages, index)
    if not citations:
        return None
    return KeyValue(
        kind=finding.kind,
        value=value,
        label=" ".join(finding.label.split()),
        citations=citations,
        verified=verified,
        found_by=FoundBy.MODEL,
        note=None if verified else "The model's own words; the document does not say it like this.",
    )


def _closest(value: str, pages: Iterable[int], index: DocumentIndex) -> tuple[Citation, ...]:
    """The passage a paraphrase rests on; empty when none shares enough words with it."""
    passages = [passage for page in pages for passage in index.passages(page)]
    best = max(passages, key=lambda passage: covered(value, terms(passage.text)), default=None)
    if best is None or covered(value, terms(best.text)) < PARAPHRASE_SUPPORT:
        return ()
    return (best.cite(" ".join(best.text.split())[:MAX_QUOTE_CHARACTERS]),)


def _plausible(kind: KeyKind, value: str) -> bool:
    if len(value) < 2:
        return False
    if kind is KeyKind.PERSON:
        organization = any(name.kind is KeyKind.ORGANIZATION for name in find_names(value))
        return (
            _PERSON_SHAPE.fullmatch(value) is not None and not _PARTY_WORDS.match(value) and not organization
        )
    if kind is KeyKind.ORGANIZATION:
        if _CHINESE.search(value) and not _CHINESE_ORGANIZATION_END.search(value):
            return False
        return not _PARTY_WORDS.match(value) and not value.isdigit()
    return True


def _merged(found: Iterable[KeyValue]) -> list[_Gathered]:
    """One entry for each value; the first wins and gathers the citations of the others."""
    gathered: dict[tuple[KeyKind, str], _Gathered] = {}
    for place, value in enumerate(found):
        key = (value.kind, value.normalized or fold(value.value))
        known = gathered.get(key)
        if known is None:
            gathered[key] = _Gathered(value, place)
            continue
        known.mentions += 1
        citations = list(known.value.citations)
        citations += [citation for citation in value.citations if citation not in citations]
        known.value = known.value.model_copy(
            update={
                "label": known.value.label or value.label,
                "citations": tuple(citations[:MAX_CITATIONS]),
            }
        )
    return list(gathered.values())


def _capped(gathered: list[_Gathered]) -> tuple[tuple[KeyValue, ...], list[str]]:
    kinds = list(KeyKind)
    named_twice = _named_twice(gathered)
    ordered = sorted(gathered, key=lambda item: (kinds.index(item.value.kind), *_importance(item)))
    kept: list[KeyValue] = []
    left_out: Counter[KeyKind] = Counter()
    counts: Counter[KeyKind] = Counter()
    for item in ordered:
        kind = item.value.kind
        if id(item) in named_twice:
            continue
        counts[kind] += 1
        if counts[kind] <= LIMITS[kind]:
            kept.append(item.value)
        else:
            left_out[kind] += 1
    notes = [
        f"{count} more values of kind {kind.value} are left out; the first {LIMITS[kind]} are kept."
        for kind, count in left_out.items()
    ]
    return tuple(kept), notes


def _named_twice(gathered: list[_Gathered]) -> set[int]:
    """Entries that name again what another does.

    Of a name given as person and as organization a pattern's organization stays, else the person; a part
    of an organization's name that the model gave goes where a pattern has the whole name.
    """
    people = {fold(item.value.value): item for item in gathered if item.value.kind is KeyKind.PERSON}
    organizations = [item for item in gathered if item.value.kind is KeyKind.ORGANIZATION]
    whole = [fold(item.value.value) for item in organizations if item.value.found_by is FoundBy.PATTERN]
    doubled: set[int] = set()
    for item in organizations:
        name, by_pattern = fold(item.value.value), item.value.found_by is FoundBy.PATTERN
        if name in people:
            doubled.add(id(people[name] if by_pattern else item))
        elif not by_pattern and any(other.startswith(name) for other in whole):
            doubled.add(id(item))
    return doubled


def _importance(item: _Gathered) -> tuple[int, int]:
    """Names by mentions, sums before parts, all else by place in the document."""
    if item.value.kind in _ORDER_BY_MENTIONS:
        return -item.mentions, item.place
    if item.value.kind is KeyKind.AMOUNT:
        return 0 if _TOTAL.search(item.value.label) else 1, item.place
    return 0, item.place
