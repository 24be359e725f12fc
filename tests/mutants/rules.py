"""Broken versions of a C file, made by rules over its syntax tree (libclang): docs/mutants.md.

The list depends on the text of the file and on nothing else: no machine, no order of a table. An id is
FILE:FUNCTION:RULE:N, N counting from 1 within the function and the rule, in the order of the text; so an edit elsewhere
leaves it alone.
"""
import bisect
import collections

from clang import cindex
from clang.cindex import CursorKind as K, TypeKind as T

# Each changes one place. What a rule replaces is one line in `change`.
RULES = ("negate", "bound", "operand", "not", "arithmetic", "constant", "drop", "no-return", "return", "call", "swap")

# Calls that only give memory back or wipe it: without them nothing that anybody sees is different. The asan variant looks for
# the first.
GIVES_BACK_END = "_free"
GIVES_BACK = {"free", "g_array_unref", "g_hash_table_destroy", "g_hash_table_unref", "g_ptr_array_unref", "g_object_unref",
              "g_strfreev", "g_clear_error", "g_bytes_unref", "g_mutex_clear", "OPENSSL_cleanse"}

RELATIONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
ARITHMETIC = {"+": "-", "-": "+", "*": "+", "/": "*", "%": "/", "<<": ">>", ">>": "<<", "&": "|", "|": "&", "^": "|",
              "+=": "-=", "-=": "+=", "|=": "&=", "&=": "|=", "^=": "|=", "*=": "+=", "<<=": ">>=", ">>=": "<<=",
              "++": "--", "--": "++"}
INTEGERS = {T.CHAR_S, T.SCHAR, T.UCHAR, T.SHORT, T.USHORT, T.INT, T.UINT, T.LONG, T.ULONG, T.LONGLONG, T.ULONGLONG}

Mutant = collections.namedtuple("Mutant", "id file function rule line start end replacement change")


def one_line(text):
    return " ".join(text.split())


def wrapped(cursor):
    """What is written, below the casts that are not."""
    while cursor.kind == K.UNEXPOSED_EXPR:
        inside = list(cursor.get_children())
        if len(inside) != 1:
            break
        cursor = inside[0]
    return cursor


def canonical(cursor):
    return cursor.type.get_canonical()


class File:
    def __init__(self, path, flags):
        self.path = path
        with open(path, "rb") as f:
            self.text = f.read()
        index = cindex.Index.create()
        self.unit = index.parse(path, args=flags, options=cindex.TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
        errors = [str(d) for d in self.unit.diagnostics if d.severity >= cindex.Diagnostic.Error]
        if errors:
            raise SystemExit(f"{path}: libclang: {errors[0]}")
        self.starts = [0] + [i + 1 for i, c in enumerate(self.text) if c == 10]
        self.macros = []  # (start, end, takes arguments)
        self.found = []
        self.seen = {self.text}
        self.whole = set()  # conditions that `negate` takes as a whole: the same change by another rule is not made

    # ---- places ----

    def place(self, cursor):
        return cursor.extent.start.offset, cursor.extent.end.offset

    def slice(self, start, end):
        return self.text[start:end].decode()

    def source(self, cursor):
        return self.slice(*self.place(cursor))

    def here(self, cursor):
        file = cursor.extent.start.file
        return file is not None and file.name == self.path

    def in_macro(self, start, end):
        """Inside the use of a macro: the text is not what is compiled there. A name that stands for a value is no harm."""
        at = bisect.bisect_right(self.macros, (start, 1 << 40, True)) - 1
        for a, b, arguments in reversed(self.macros[max(0, at - 8):at + 1]):
            if a <= start and end <= b and (arguments or (a, b) != (start, end)):
                return True
        return False

    # ---- making them ----

    def change(self, function, rule, start, end, replacement):
        if start >= end or self.in_macro(start, end):
            return
        old = self.slice(start, end)
        lost = old.count("\n") - replacement.count("\n")  # lines keep their numbers: assertions tell them
        new = replacement + "\n" * max(0, lost)
        whole = self.text[:start] + new.encode() + self.text[end:]
        if whole in self.seen:
            return
        self.seen.add(whole)
        line = bisect.bisect_right(self.starts, start)
        self.found.append((start, RULES.index(rule), len(self.found), function, rule, line, end, new,
                           f"{one_line(old)} => {one_line(replacement)}"))

    def mutants(self):
        for cursor in self.unit.cursor.get_children():
            if not self.here(cursor):
                continue
            if cursor.kind == K.MACRO_INSTANTIATION:
                start, end = self.place(cursor)
                self.macros.append((start, end, self.text[end - 1:end] == b")"))
        self.macros.sort()
        for cursor in self.unit.cursor.get_children():
            if not self.here(cursor):
                continue
            if cursor.kind == K.FUNCTION_DECL and cursor.is_definition():
                for child in cursor.get_children():
                    if child.kind == K.COMPOUND_STMT:
                        self.walk(child, cursor, None)
            elif cursor.kind == K.VAR_DECL:
                for child in list(cursor.get_children()):
                    if child.kind.is_expression() and b"=" in self.text[cursor.extent.start.offset:self.place(child)[0]]:
                        self.walk(child, cursor, cursor)
        count = collections.Counter()
        result = []
        for start, _, _, function, rule, line, end, new, change in sorted(self.found):
            count[function, rule] += 1
            result.append(Mutant(f"{self.path}:{function}:{rule}:{count[function, rule]}", self.path, function, rule, line,
                                 start, end, new, change))
        return result

    def walk(self, cursor, function, parent):
        for start, end, macro in self.macro_flags(cursor):
            self.change(function.spelling, "constant", start, end, "false" if macro == "true" else "true")
        self.visit(cursor, function, parent)

    def macro_flags(self, cursor):
        a, b = self.place(cursor)
        for start, end, arguments in self.macros:
            if a <= start and end <= b and not arguments and self.slice(start, end) in ("true", "false"):
                yield start, end, self.slice(start, end)

    def visit(self, cursor, function, parent):
        name = function.spelling
        kind = cursor.kind
        children = list(cursor.get_children())
        condition = self.condition(cursor, children)
        if condition is not None:
            start, end = self.place(condition)
            self.whole.add((start, end))
            self.change(name, "negate", start, end, f"!({self.slice(start, end)})")
        if kind in (K.BINARY_OPERATOR, K.COMPOUND_ASSIGNMENT_OPERATOR):
            self.binary(cursor, name, children)
        elif kind == K.UNARY_OPERATOR:
            self.unary(cursor, name, children)
        elif kind == K.INTEGER_LITERAL:
            self.constant(cursor, name)
        elif kind == K.RETURN_STMT:
            self.returns(cursor, function, children)
        elif kind == K.CALL_EXPR:
            self.call(cursor, name, parent)
        elif kind == K.INIT_LIST_EXPR:
            self.swaps(children, name)
        self.dropped(cursor, name, children, condition)
        for child in children:
            if kind == K.CASE_STMT and child == children[0]:
                continue
            self.visit(child, function, cursor if kind != K.UNEXPOSED_EXPR else parent)

    def condition(self, cursor, children):
        kind = cursor.kind
        if kind in (K.IF_STMT, K.WHILE_STMT, K.CONDITIONAL_OPERATOR) and children:
            return children[0]
        if kind == K.DO_STMT and len(children) == 2:
            return children[1]
        if kind == K.FOR_STMT:
            first, second = self.semicolons(cursor)
            for child in children[:-1]:
                if first < self.place(child)[0] < second:
                    return child
        return None

    def semicolons(self, cursor):
        """Where the two of `for (;;)` are."""
        depth, found = 0, []
        for at in range(*self.place(cursor)):
            c = self.text[at:at + 1]
            depth += c in (b"(", b"{")
            depth -= c in (b")", b"}")
            if c == b";" and depth == 1:
                found.append(at)
                if len(found) == 2:
                    return found
        return 0, 0

    def binary(self, cursor, name, children):
        if len(children) != 2:
            return
        start, end = self.place(cursor)
        left, right = self.place(children[0]), self.place(children[1])
        between = self.slice(left[1], right[0])
        operator = between.strip()
        at = left[1] + len(between) - len(between.lstrip())
        if operator in RELATIONS:
            whole = (start, end) in self.whole
            if operator not in ("==", "!=") or not whole:
                self.change(name, "bound", at, at + len(operator), RELATIONS[operator])
        elif operator in ("&&", "||"):
            self.change(name, "operand", start, end, self.slice(*left))
            self.change(name, "operand", start, end, self.slice(*right))
        elif operator in ARITHMETIC:
            self.change(name, "arithmetic", at, at + len(operator), ARITHMETIC[operator])

    def unary(self, cursor, name, children):
        start, end = self.place(cursor)
        text = self.slice(start, end)
        if text.startswith("!") and (start, end) not in self.whole:
            self.change(name, "not", start, start + 1, "")
        for operator in ("++", "--"):
            if text.startswith(operator):
                self.change(name, "arithmetic", start, start + 2, ARITHMETIC[operator])
            elif text.endswith(operator):
                self.change(name, "arithmetic", end - 2, end, ARITHMETIC[operator])

    def constant(self, cursor, name):
        start, end = self.place(cursor)
        digits = self.slice(start, end).rstrip("uUlL")
        try:
            value = int(digits, 0)
        except ValueError:
            return
        suffix = self.slice(start, end)[len(digits):]
        self.change(name, "constant", start, end, f"{value + 1}{suffix}")
        if value > 0:
            self.change(name, "constant", start, end, f"{value - 1}{suffix}")

    def values(self, kind_of):
        """What stands for "nothing happened", by type: of a result, of a call."""
        kind = kind_of.get_canonical().kind
        if kind == T.BOOL:
            return ["true", "false"]
        if kind in INTEGERS or kind == T.ENUM:
            return ["0", "1"]
        return []

    def returns(self, cursor, function, children):
        name = function.spelling
        self.change(name, "no-return", *self.place(cursor), "")
        if not children:
            return
        start, end = self.place(children[0])
        kind_of = function.type.get_result()
        kind = kind_of.get_canonical().kind
        values = self.values(kind_of)
        if kind == T.POINTER:
            values = ["NULL"]
        elif kind == T.RECORD:
            values = [f"({kind_of.spelling}){{ 0 }}"]
        for value in values:
            if self.slice(start, end) != value:
                self.change(name, "return", start, end, value)

    def call(self, cursor, name, parent):
        start, end = self.place(cursor)
        if parent is not None and parent.kind not in (K.COMPOUND_STMT, K.RETURN_STMT):
            for value in self.values(cursor.type):
                self.change(name, "call", start, end, value)
        self.swaps(list(cursor.get_arguments()), name)

    def swaps(self, arguments, name):
        """Each with the next one of its type."""
        written = [a for a in arguments if a is not None and a.kind.is_expression() and self.place(a)[0] < self.place(a)[1]
                   and not self.source(a).startswith((".", "["))]
        for i, one in enumerate(written):
            for other in written[i + 1:]:
                if canonical(one).spelling.replace("const ", "") != canonical(other).spelling.replace("const ", ""):
                    continue
                (a, b), (c, d) = self.place(one), self.place(other)
                if b <= c and self.slice(a, b) != self.slice(c, d):
                    self.change(name, "swap", a, d, self.slice(c, d) + self.slice(b, c) + self.slice(a, b))
                break

    def dropped(self, cursor, name, children, condition):
        """Statements of a block, of a branch, of a case: calls, assignments, break, continue."""
        if cursor.kind in (K.COMPOUND_STMT, K.DEFAULT_STMT, K.LABEL_STMT):
            statements = children
        elif cursor.kind == K.CASE_STMT:
            statements = children[1:]
        elif cursor.kind in (K.IF_STMT, K.WHILE_STMT):
            statements = children[1:]
        elif cursor.kind == K.FOR_STMT:
            statements = children[-1:]
        elif cursor.kind == K.DO_STMT:
            statements = children[:1]
        else:
            return
        for statement in statements:
            inside = wrapped(statement)
            if inside.kind == K.CALL_EXPR and (inside.spelling in GIVES_BACK or inside.spelling.endswith(GIVES_BACK_END)):
                continue
            if inside.kind in (K.CALL_EXPR, K.BINARY_OPERATOR, K.COMPOUND_ASSIGNMENT_OPERATOR, K.UNARY_OPERATOR,
                               K.BREAK_STMT, K.CONTINUE_STMT):
                self.change(name, "drop", *self.place(statement), "")


def mutants(path, flags):
    return File(path, flags).mutants()


def apply(text, mutant):
    return text[:mutant.start] + mutant.replacement.encode() + text[mutant.end:]
