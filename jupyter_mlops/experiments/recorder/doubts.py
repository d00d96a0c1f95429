"""Code whose effects cannot be told from its source: what is unknown is never called proven."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator

_CALLS = {
    "exec": "runs code that is made while it runs (exec)",
    "eval": "runs code that is made while it runs (eval)",
    "globals": "reaches for variables by name (globals)",
    "locals": "reaches for variables by name (locals)",
    "get_ipython": "tells the shell what to do (get_ipython)",
    "__import__": "imports by a name that is made while it runs",
    "reload": "loads a module again, under what was made of it",
    "input": "asks a person",
    "Thread": "starts a thread, which may go on",
    "Timer": "starts a thread, which may go on",
    "ThreadPoolExecutor": "starts threads, which may go on",
    "create_task": "starts a task, which may go on",
    "ensure_future": "starts a task, which may go on",
    "fork": "forks the kernel",
    "currentframe": "reaches for variables by name (currentframe)",
    "_getframe": "reaches for variables by name (_getframe)",
}
_MAGICS = {
    "run": "runs another file in the notebook's variables (%run)",
    "load": "loads code into the cell (%load)",
    "pylab": "binds names that are not in it (%pylab)",
    "reset": "deletes variables (%reset)",
    "reset_selective": "deletes variables (%reset_selective)",
    "store": "takes variables from another session (%store)",
    "macro": "runs earlier input again (%macro)",
    "rerun": "runs earlier input again (%rerun)",
    "recall": "runs earlier input again (%recall)",
    "autoreload": "lets modules change while they are used (%autoreload)",
}
_SHELL = re.compile(r"^\s*(?:[\w, ]+=\s*)?(?:!|%%?(?:bash|sh|script|system|sx)\b)(?P<said>.*)$", re.MULTILINE)
_HARMLESS = re.compile(
    r"!?\s*(?:ls|pwd|cat|head|tail|wc|echo|date|which|nvidia-smi|df|du|free|uname|"
    r"(?:python -m )?pip (?:list|show|freeze|check)|git (?:status|log|diff|show))\b[^>|;&`$]*"
)
_LINE_MAGIC = re.compile(r"^\s*(?:[\w, ]+=\s*)?%{1,2}(?P<name>\w+)", re.MULTILINE)
_OPAQUE = (
    "runs code",
    "runs another file",
    "runs earlier",
    "reaches",
    "tells the shell",
    "takes variables",
    "starts",
)
_EARLIER = re.compile(r"_{1,3}|_\d+|_i{1,3}|_i\d+|Out|In")


def of_source(source: str) -> tuple[str, ...]:
    """Return what a cell's magics and shell lines may do unseen."""
    found = [_MAGICS[item["name"]] for item in _LINE_MAGIC.finditer(source) if item["name"] in _MAGICS]
    shell = [item["said"].strip() for item in _SHELL.finditer(source)]
    if any(not _HARMLESS.fullmatch(said) for said in shell):
        found.append("runs a command of the shell")
    return tuple(dict.fromkeys(found))


def of_parts(parts: Iterable[ast.AST]) -> tuple[str, ...]:
    """Return what its code may do unseen."""
    return tuple(dict.fromkeys(reason for node in parts for reason in _of(node)))


def are_opaque(reasons: Iterable[str]) -> bool:
    """Tell whether such code may change any variable, seen or not."""
    return any(reason.startswith(_OPAQUE) for reason in reasons)


def _of(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)) if name in _CALLS:
            if name != "eval" or isinstance(node.func, ast.Name):  # `table.eval(…)` is pandas'
                yield _CALLS[name]
        case ast.Call(func=ast.Name(id="vars"), args=[]):
            yield "reaches for variables by name (vars)"
        case ast.Attribute(value=ast.Name(id="sys"), attr="modules"):
            yield "reaches into the modules that are loaded"
        case ast.Name(id=name) if _EARLIER.fullmatch(name) and isinstance(node.ctx, ast.Load):
            yield f"reads what another cell showed ({name})"
        case ast.ImportFrom(module=module, names=[ast.alias(name="*")]) if (module or "") not in sys.modules:
            yield f"imports all of {module}, which is not there any more"
