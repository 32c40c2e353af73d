"""What each language's text defines: names, kinds, signatures, where they begin and end."""

from __future__ import annotations

import pytest

from open_autoglm.code.languages import language_named
from open_autoglm.code.syntax.definitions import Definition, definitions
from open_autoglm.code.syntax.parse import parse

TEXTS = {
    "python": """
LIMIT = 10

class 页面(Base):
    @property
    async def title(self, short: bool = False,
                    words=3) -> str:
        return ""

def load(path): return path
""",
    "javascript": """
export class Page extends Base { title(short) { return "" } }
export const load = async (path) => { return path }
function* walk(pages) { yield 1 }
export const LIMIT = 10
""",
    "typescript": """
export interface Shown { title(short: boolean): string }
abstract class Page<T> implements Shown { private title(short: boolean): string { return "" } }
type Path = string | null
enum Kind { A, B }
namespace io { export function load(path: Path): void {} }
""",
    "tsx": "export function Page({title}: Props) { return <h1>{title}</h1> }\n",
    "go": """package web
const Limit = 10
type Page struct { Title string }
type Shown interface { Show() int }
type Path string
func (p *Page[T]) Show(short bool) (int, error) { return 1, nil }
func Load() {}
""",
    "java": """
public class Page<T> extends Base {
    private int limit = 10;
    public Page() {}
    @Override public List<T> show(int words) throws Gone { return null; }
    enum Kind { A, B; }
}
interface Shown { void show(); }
record Path(int a) {}
""",
    "c": """
#define LIMIT 10
struct page { int words; };
typedef struct { int a; } path;
static char *title(int words, char **out) { return 0; }
int load(void);
""",
    "cpp": """
namespace web {
template <typename T> class Page : public Base {
public: Page(); ~Page() {} T& get(int a) const { return x; }
};
}
int web::Page<int>::words(int a) { return 1; }
using Path = std::string;
""",
    "rust": """
pub struct Page<T> { title: T }
impl<T> Page<T> { pub fn title(&self) -> &T { &self.title } }
trait Shown { fn show(&self); }
const LIMIT: u8 = 10;
mod io { fn load() {} }
""",
}

FOUND = {
    "python": ["constant LIMIT", "class 页面", "method 页面.title", "function load"],
    "javascript": ["class Page", "method Page.title", "function load", "function walk", "constant LIMIT"],
    "typescript": [
        "interface Shown",
        "method Shown.title",
        "class Page",
        "method Page.title",
        "type Path",
        "enum Kind",
        "module io",
        "function io.load",
    ],
    "tsx": ["function Page"],
    "go": [
        "constant Limit",
        "struct Page",
        "interface Shown",
        "type Path",
        "method Page.Show",
        "function Load",
    ],
    "java": [
        "class Page",
        "constant Page.limit",
        "method Page.Page",
        "method Page.show",
        "enum Page.Kind",
        "interface Shown",
        "method Shown.show",
        "class Path",
    ],
    "c": ["constant LIMIT", "struct page", "type path", "function title", "function load"],
    "cpp": [
        "module web",
        "class web.Page",
        "method Page.Page",
        "method Page.~Page",
        "method Page.get",
        "method Page.words",
        "type Path",
    ],
    "rust": [
        "struct Page",
        "method Page.title",
        "interface Shown",
        "method Shown.show",
        "constant LIMIT",
        "module io",
        "function io.load",
    ],
}

SIGNATURES = {
    "python": {
        "title": "@property async def title(self, short: bool = False, words=3) -> str",
        "页面": "class 页面(Base)",
        "LIMIT": "LIMIT = 10",
    },
    "javascript": {"load": "export const load = async (path)", "Page": "export class Page extends Base"},
    "typescript": {"Path": "type Path = string | null"},
    "go": {"Show": "func (p *Page[T]) Show(short bool) (int, error)", "Page": "type Page struct"},
    "java": {"show": "void show()"},
    "c": {"title": "static char *title(int words, char **out)", "load": "int load(void)"},
    "cpp": {"Page": "Page()", "words": "int web::Page<int>::words(int a)"},
    "rust": {"title": "pub fn title(&self) -> &T"},
}


def read(name: str) -> tuple[str, tuple[Definition, ...]]:
    language = language_named(name)
    assert language is not None
    return TEXTS[name], definitions(parse(TEXTS[name], language))


@pytest.mark.parametrize("name", TEXTS)
def test_each_language_tells_what_it_defines(name: str) -> None:
    _, found = read(name)
    shown = [f"{one.kind} {one.container + '.' if one.container else ''}{one.name}" for one in found]
    assert shown == FOUND[name]


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_signature_is_what_stands_before_the_body(name: str) -> None:
    _, found = read(name)
    signatures = {one.name: one.signature for one in found}
    assert {wanted: signatures[wanted] for wanted in SIGNATURES[name]} == SIGNATURES[name]


@pytest.mark.parametrize("name", TEXTS)
def test_a_definition_knows_its_place_in_characters_and_lines(name: str) -> None:
    text, found = read(name)
    for one in found:
        piece = text[one.start : one.end]
        assert one.name in piece
        assert text.count("\n", 0, one.start) + 1 == one.first_line
        assert one.first_line <= one.last_line <= one.first_line + piece.count("\n")
        assert one.body_start is None or one.start < one.body_start < one.end


def test_decorators_and_export_belong_to_the_definition() -> None:
    text, found = read("python")
    method = next(one for one in found if one.name == "title")
    assert text[method.start :].startswith("@property")


def test_what_is_defined_inside_a_function_is_no_method() -> None:
    language = language_named("python")
    assert language is not None
    inner = definitions(parse("def outer():\n    def inner(): pass\n", language))[1]
    assert (inner.kind, inner.container) == ("function", "outer")


def test_what_can_be_read_of_a_faulty_text_is_told() -> None:
    language = language_named("python")
    assert language is not None
    found = definitions(parse("def load(path):\n    return (path\n\ndef save(path):\n    pass\n", language))
    assert "load" in [one.name for one in found] or "save" in [one.name for one in found]
