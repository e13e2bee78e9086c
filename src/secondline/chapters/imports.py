"""Which modules of the library a chapter uses, directly or through others, read from the sources.

Nothing is imported. A package whose ``__init__`` only collects names from its modules is looked
through: a chapter that draws a forest plot uses that module, and not every other figure.
"""

import ast
from functools import cache
from pathlib import Path

from secondline.chapters.hashes import file_hash, text_hash

PACKAGE = "secondline"
ALL = "*"  # all that a module has
Use = tuple[str, str]  # a module, and a name that is used of it


class Library:
    """The library's sources, as they are when first looked at.

    Parameters
    ----------
    folder : Path
        The package's folder.
    """

    def __init__(self, folder: Path):
        self.files: dict[str, Path] = {}
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            parts = parts[:-1] if parts[-1] == "__init__" else parts
            self.files[".".join((PACKAGE, *parts))] = path
        self._tree = cache(self._parse)
        self._collected = cache(self._collect)
        self._hash = cache(lambda module: file_hash(self.files[module]))
        self._uses_of = cache(lambda module: self._uses(self._tree(module), module))

    def modules_used(self, sources) -> frozenset[str]:
        """Return the modules that a notebook's code cells use.

        Parameters
        ----------
        sources : iterable of str
            The cells, in order. If one is no plain Python, all modules count as used.
        """
        try:
            body = [statement for source in sources for statement in ast.parse(source).body]
        except SyntaxError:
            return frozenset(self.files)
        waiting = self._uses(ast.Module(body, type_ignores=[]), "")
        found: set[str] = set()
        seen: set[Use] = set()
        while waiting:
            use = waiting.pop()
            if use not in seen:
                seen.add(use)
                waiting += self._follow(*use, found)
        return frozenset(found)

    def fingerprint(self, modules) -> str:
        """Return the SHA-256 of modules, names and contents."""
        lines = "".join(f"{name} {self._hash(name)}\n" for name in sorted(modules))
        return text_hash(lines)

    def hashes(self, modules) -> dict[str, str]:
        """Return the SHA-256 of each module's file."""
        return {name: self._hash(name) for name in sorted(modules)}

    def _parse(self, module: str) -> ast.Module:
        return ast.parse(self.files[module].read_text(encoding="utf-8"))

    def _follow(self, module: str, name: str, found: set[str]) -> list[Use]:
        """Add the module that a use leads to, and return the uses that follow from it."""
        collected = self._collected(module)
        if collected.get(name, (module,))[0] != module:
            return [collected[name]]
        if collected and name == ALL:
            return [use for use in collected.values() if use[0] != module]
        if name != ALL and f"{module}.{name}" in self.files:
            return [(f"{module}.{name}", ALL)]
        if module not in self.files or collected or module in found:
            return []
        found.add(module)
        # its packages run first; those that only collect do nothing else
        parent = module.rpartition(".")[0]
        above = [(parent, ALL)] if parent and not self._collected(parent) else []
        return above + self._uses_of(module)

    def _collect(self, module: str) -> dict[str, Use]:
        """Return where the names of a package come from if it only collects them, else nothing."""
        path = self.files.get(module)
        if path is None or path.name != "__init__.py":
            return {}
        names = {}
        for statement in self._tree(module).body:
            if isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
                names |= {a.asname or a.name: (statement.module, a.name) for a in statement.names}
            elif not _only_tells(statement):
                return {}
        return names

    def _is_module(self, module: str, name: str) -> bool:
        origin = self._collected(module).get(name)
        if origin and origin[0] != module:
            return self._is_module(*origin)
        return f"{module}.{name}" in self.files

    def _uses(self, tree: ast.Module, module: str) -> list[Use]:
        """Return what a text uses of the library, at its top or within functions."""
        nodes = list(ast.walk(tree))
        bound = self._bound(nodes, module)
        dotted = {
            id(node.value): node
            for node in nodes
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        }
        uses = []
        parts: dict[str, set[str]] = {name: set() for name in bound}
        for node in nodes:
            if isinstance(node, ast.Name) and node.id in bound:
                # a module that is handed on may be used for anything
                parts[node.id].add(dotted[id(node)].attr if id(node) in dotted else ALL)
        for name, origins in bound.items():
            for origin, attribute in origins:
                if attribute != ALL and self._is_module(origin, attribute):
                    where = self._collected(origin).get(attribute, (origin, attribute))
                    uses += [(".".join(where), part) for part in parts[name] or {ALL}]
                else:
                    uses.append((origin, attribute))
        return uses

    def _bound(self, nodes, module: str) -> dict[str, set[Use]]:
        """Return the names that stand for something of the library."""
        path = self.files.get(module)
        package = module.split(".")
        if path is not None and path.name != "__init__.py":
            package = package[:-1]
        found: dict[str, set[Use]] = {}
        for node in nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name.split(".")[0] == PACKAGE:
                        found.setdefault(alias.asname or PACKAGE, set()).add((alias.name, ALL))
            elif isinstance(node, ast.ImportFrom):
                above = package[: len(package) - node.level + 1] if node.level else []
                origin = ".".join([*above, *([node.module] if node.module else [])])
                if origin.split(".")[0] == PACKAGE:
                    for alias in node.names:
                        name = alias.asname or alias.name
                        found.setdefault(name, set()).add((origin, alias.name))
        return found


def _only_tells(statement: ast.stmt) -> bool:
    """Tell whether a statement of an ``__init__`` is its docstring or its list of names."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return [getattr(target, "id", "") for target in targets] == ["__all__"]
