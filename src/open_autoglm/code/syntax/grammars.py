"""One row for each grammar: where it is installed, and which of its nodes mean what.

The queries capture a definition's node under the kind of thing it is, its ``@name``, and its ``@body``
where it has one: what stands before the body is the signature.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache

from tree_sitter import Language, Query

from open_autoglm.errors import ExtraMissing


@dataclass(frozen=True, slots=True)
class Grammar:
    """What differs between languages; everything else in ``code/syntax`` is the same for all."""

    module: str
    function: str
    definitions: str
    imports: str
    names: str
    """Captures every name that may be defined elsewhere."""
    wrappers: frozenset[str]
    """Nodes around a definition that belong to it: decorators, ``export``, ``template``."""
    scopes: tuple[tuple[str, str], ...] = ()
    """Node type and field of what holds definitions without being one, as Rust's ``impl``."""
    blocks: frozenset[str] = frozenset()
    """Nodes that hold statements one after the other."""
    quoted: frozenset[str] = frozenset({"comment", "string"})
    """Nodes whose text is no code."""
    nested: tuple[str, ...] = ()
    """Fields that lead from a function's declarator down to its name, as in C."""


_PYTHON = Grammar(
    module="tree_sitter_python",
    function="language",
    definitions="""
        (function_definition name: (identifier) @name body: (_) @body) @function
        (class_definition name: (identifier) @name body: (_) @body) @class
        (module (expression_statement (assignment left: (identifier) @name)) @constant)
        (type_alias_statement left: (type (identifier) @name)) @type
    """,
    imports="""
        (import_statement name: (dotted_name) @module) @import
        (import_statement name: (aliased_import name: (_) @module alias: (_) @alias)) @import
        (import_from_statement module_name: (_) @module name: (dotted_name) @name) @import
        (import_from_statement module_name: (_) @module
          name: (aliased_import name: (_) @name alias: (_) @alias)) @import
        (import_from_statement module_name: (_) @module (wildcard_import) @name) @import
    """,
    names="(identifier) @name",
    wrappers=frozenset({"decorated_definition"}),
    blocks=frozenset({"module", "block"}),
)

_SCRIPT_FUNCTIONS = """
    (function_declaration name: (identifier) @name body: (_) @body) @function
    (generator_function_declaration name: (identifier) @name body: (_) @body) @function
    (method_definition name: (_) @name body: (_) @body) @function
    (lexical_declaration (variable_declarator name: (identifier) @name
      value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)])) @function
    (variable_declaration (variable_declarator name: (identifier) @name
      value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)])) @function
    (program (lexical_declaration (variable_declarator name: (identifier) @name)) @constant)
    (program (export_statement (lexical_declaration
      (variable_declarator name: (identifier) @name)) @constant))
"""
_SCRIPT_IMPORTS = """
    (import_statement (import_clause (identifier) @name) source: (string (string_fragment) @module)) @import
    (import_statement (import_clause (namespace_import (identifier) @name))
      source: (string (string_fragment) @module)) @import
    (import_statement (import_clause (named_imports (import_specifier name: (_) @name alias: (_)? @alias)))
      source: (string (string_fragment) @module)) @import
    (import_statement . source: (string (string_fragment) @module)) @import
    (variable_declarator name: (_) @name value: (call_expression function: (identifier) @_require
      arguments: (arguments (string (string_fragment) @module))) (#eq? @_require "require")) @import
"""
_SCRIPT_BLOCKS = frozenset({"program", "statement_block", "class_body", "switch_case", "switch_default"})
_SCRIPT_QUOTED = frozenset({"comment", "string", "template_string", "regex", "jsx_text"})

_JAVASCRIPT = Grammar(
    module="tree_sitter_javascript",
    function="language",
    definitions=_SCRIPT_FUNCTIONS + "(class_declaration name: (identifier) @name body: (_) @body) @class",
    imports=_SCRIPT_IMPORTS,
    names="(identifier) @name (property_identifier) @name (shorthand_property_identifier) @name",
    wrappers=frozenset({"export_statement"}),
    blocks=_SCRIPT_BLOCKS,
    quoted=_SCRIPT_QUOTED,
)

_TYPES = """
    (class_declaration name: (type_identifier) @name body: (_) @body) @class
    (abstract_class_declaration name: (type_identifier) @name body: (_) @body) @class
    (interface_declaration name: (type_identifier) @name body: (_) @body) @interface
    (enum_declaration name: (identifier) @name body: (_) @body) @enum
    (type_alias_declaration name: (type_identifier) @name) @type
    (function_signature name: (identifier) @name) @function
    (method_signature name: (_) @name) @function
    (abstract_method_signature name: (_) @name) @function
    (internal_module name: (identifier) @name body: (_) @body) @module
    (module name: (identifier) @name body: (_) @body) @module
"""
_TYPE_BLOCKS = _SCRIPT_BLOCKS | {"interface_body", "enum_body", "object_type"}
_TYPESCRIPT_NAMES = _JAVASCRIPT.names + " (type_identifier) @name"


def _typescript(function: str) -> Grammar:
    return Grammar(
        module="tree_sitter_typescript",
        function=function,
        definitions=_SCRIPT_FUNCTIONS + _TYPES,
        imports=_SCRIPT_IMPORTS,
        names=_TYPESCRIPT_NAMES,
        wrappers=frozenset({"export_statement", "ambient_declaration"}),
        blocks=_TYPE_BLOCKS,
        quoted=_SCRIPT_QUOTED,
    )


_GO = Grammar(
    module="tree_sitter_go",
    function="language",
    definitions="""
        (function_declaration name: (identifier) @name body: (_)? @body) @function
        (method_declaration receiver: (parameter_list (parameter_declaration type: (_) @container))
          name: (field_identifier) @name body: (_)? @body) @function
        (type_declaration (type_spec name: (type_identifier) @name type: (struct_type
          (field_declaration_list) @body))) @struct
        (type_declaration (type_spec name: (type_identifier) @name type: (interface_type))) @interface
        (type_declaration [(type_spec name: (type_identifier) @name
          type: [(type_identifier) (qualified_type) (map_type) (function_type) (slice_type) (array_type)
            (pointer_type) (channel_type) (generic_type)])
          (type_alias name: (type_identifier) @name)]) @type
        (source_file (const_declaration (const_spec name: (identifier) @name)) @constant)
        (source_file (var_declaration (var_spec name: (identifier) @name)) @constant)
    """,
    imports="""
        (import_spec name: (_)? @name path: (interpreted_string_literal
          (interpreted_string_literal_content) @module)) @import
    """,
    names="(identifier) @name (type_identifier) @name (field_identifier) @name",
    wrappers=frozenset(),
    blocks=frozenset({"source_file", "block", "statement_list", "expression_case", "default_case"}),
    quoted=frozenset({"comment", "interpreted_string_literal", "raw_string_literal", "rune_literal"}),
)

_JAVA = Grammar(
    module="tree_sitter_java",
    function="language",
    definitions="""
        (class_declaration name: (identifier) @name body: (_) @body) @class
        (record_declaration name: (identifier) @name body: (_) @body) @class
        (interface_declaration name: (identifier) @name body: (_) @body) @interface
        (annotation_type_declaration name: (identifier) @name body: (_) @body) @interface
        (enum_declaration name: (identifier) @name body: (_) @body) @enum
        (method_declaration name: (identifier) @name body: (_)? @body) @function
        (constructor_declaration name: (identifier) @name body: (_) @body) @function
        (class_body (field_declaration declarator: (variable_declarator name: (identifier) @name)) @constant)
    """,
    imports="""
        (import_declaration (scoped_identifier name: (_) @name) @module) @import
    """,
    names="(identifier) @name (type_identifier) @name",
    wrappers=frozenset(),
    blocks=frozenset(
        {"program", "block", "class_body", "interface_body", "enum_body_declarations", "constructor_body"}
        | {"switch_block", "switch_block_statement_group"}
    ),
    quoted=frozenset({"line_comment", "block_comment", "string_literal", "character_literal"}),
)

_C_DEFINITIONS = """
    (function_definition declarator: (_) @declarator body: (_) @body) @function
    (declaration declarator: (function_declarator) @declarator) @function
    (declaration declarator: (pointer_declarator declarator: (function_declarator)) @declarator) @function
    (struct_specifier name: (type_identifier) @name body: (_) @body) @struct
    (union_specifier name: (type_identifier) @name body: (_) @body) @struct
    (enum_specifier name: (type_identifier) @name body: (_) @body) @enum
    (type_definition declarator: (type_identifier) @name) @type
    (preproc_def name: (identifier) @name) @constant
    (preproc_function_def name: (identifier) @name value: (_)? @body) @function
"""
_C_IMPORTS = """
    (preproc_include path: (string_literal (string_content) @module)) @import
    (preproc_include path: (system_lib_string) @module) @import
"""
_C_BLOCKS = frozenset({"translation_unit", "compound_statement", "field_declaration_list", "case_statement"})
_C_QUOTED = frozenset({"comment", "string_literal", "char_literal", "system_lib_string"})

_C = Grammar(
    module="tree_sitter_c",
    function="language",
    definitions=_C_DEFINITIONS,
    imports=_C_IMPORTS,
    names="(identifier) @name (type_identifier) @name (field_identifier) @name",
    wrappers=frozenset(),
    blocks=_C_BLOCKS,
    quoted=_C_QUOTED,
    nested=("declarator",),
)

_CPP = Grammar(
    module="tree_sitter_cpp",
    function="language",
    definitions=_C_DEFINITIONS
    + """
        (class_specifier name: (type_identifier) @name body: (_) @body) @class
        (field_declaration declarator: (function_declarator) @declarator) @function
        (namespace_definition name: (_) @name body: (_) @body) @module
        (alias_declaration name: (type_identifier) @name) @type
    """,
    imports=_C_IMPORTS,
    names="(identifier) @name (type_identifier) @name (field_identifier) @name (namespace_identifier) @name",
    wrappers=frozenset({"template_declaration"}),
    blocks=_C_BLOCKS | {"declaration_list"},
    quoted=_C_QUOTED | {"raw_string_literal"},
    nested=("declarator", "name"),
)

_RUST = Grammar(
    module="tree_sitter_rust",
    function="language",
    definitions="""
        (function_item name: (identifier) @name body: (_) @body) @function
        (function_signature_item name: (identifier) @name) @function
        (struct_item name: (type_identifier) @name body: (_)? @body) @struct
        (enum_item name: (type_identifier) @name body: (_) @body) @enum
        (union_item name: (type_identifier) @name body: (_) @body) @struct
        (trait_item name: (type_identifier) @name body: (_) @body) @interface
        (type_item name: (type_identifier) @name) @type
        (const_item name: (identifier) @name) @constant
        (static_item name: (identifier) @name) @constant
        (mod_item name: (identifier) @name body: (_) @body) @module
        (macro_definition name: (identifier) @name) @function
    """,
    imports="""
        (use_declaration argument: (scoped_identifier name: (_) @name) @module) @import
        (use_declaration argument: (use_as_clause path: (scoped_identifier name: (_) @name) @module
          alias: (_) @alias)) @import
        (use_declaration argument: (scoped_use_list path: (_) @module
          list: (use_list (identifier) @name))) @import
        (use_declaration argument: (use_wildcard (_) @module)) @import
    """,
    names="(identifier) @name (type_identifier) @name (field_identifier) @name",
    wrappers=frozenset(),
    scopes=(("impl_item", "type"),),
    blocks=frozenset({"source_file", "block", "declaration_list"}),
    quoted=frozenset(
        {"line_comment", "block_comment", "string_literal", "raw_string_literal", "char_literal"}
    ),
)

GRAMMARS = {
    "python": _PYTHON,
    "javascript": _JAVASCRIPT,
    "typescript": _typescript("language_typescript"),
    "tsx": _typescript("language_tsx"),
    "go": _GO,
    "java": _JAVA,
    "c": _C,
    "cpp": _CPP,
    "rust": _RUST,
}


@cache
def load_grammar(name: str) -> Language:
    """The installed grammar. Raises ExtraMissing where its package is not there."""
    grammar = GRAMMARS[name]
    try:
        module = importlib.import_module(grammar.module)
    except ImportError as error:
        package = grammar.module.replace("_", "-")
        raise ExtraMissing(
            f"The grammar of {name} is not installed.", hint=f"Install the package {package}."
        ) from error
    return Language(getattr(module, grammar.function)())


@cache
def load_query(name: str, part: str) -> Query:
    """One of the queries of a row: ``definitions``, ``imports`` or ``names``."""
    return Query(load_grammar(name), getattr(GRAMMARS[name], part))
