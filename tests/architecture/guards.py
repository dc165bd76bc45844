"""House rules that no linter knows, each a function from a file to its violations (`path:line: what`)."""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from typing import Final

from tests.architecture.source_files import Source, calls, dotted, imports

Guard = Callable[[Source], Iterator[str]]

MAX_LINES: Final = 250
_BROKER: Final = "shared/messaging/broker.py"
_CLIENTS: Final = {"KafkaBroker", "AIOKafkaProducer", "AIOKafkaConsumer", "AIOKafkaAdminClient"}
_WALL_CLOCK: Final = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime))$"
)
_CLOCKS: Final = {
    "shared/clock.py": "the system's clock itself",
    "shared/ids.py": "the milliseconds of a UUIDv7",
    "shared/messaging/observer.py": "a Unix timestamp, as metrics have it",
}
_COMMITTERS: Final = {
    "shared/persistence/unit_of_work.py": "the one commit",
    "shared/persistence/migrations.py": "Alembic's transaction, in a job of its own",
    "shared/messaging/consumer.py": "Kafka offsets, after the transaction",
    "shared/messaging/offsets.py": "Kafka offsets, as an operator sets them",
    "services/reporting/rebuild/run.py": "makes and drops a schema, in a job of its own",
    "services/reporting/rebuild/schemas.py": "the same",
}
_COMMANDS: Final = ("shared/cli.py", "services/reporting/rebuild/command.py")
_TASKS: Final = {"create_task", "ensure_future"}
_PURE_SHARED: Final = ("shared.errors",)
_NUMERIC: Final = ("numba", "numpy")
_IMPURE: Final = (
    "asyncio",
    "logging",
    "os",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "threading",
    "time",
)


def _at(source: Source, line: int, what: str) -> str:
    return f"{source.path}:{line}: {what}"


def only_one_place_builds_clients(source: Source) -> Iterator[str]:
    """Settings that lose data are kept away by building every Kafka client in one file."""
    for call, name in calls(source):
        if name.rsplit(".", 1)[-1] in _CLIENTS and source.path != _BROKER:
            yield _at(source, call.lineno, f"{name} is built outside of {_BROKER}")


def acknowledgement_is_manual(source: Source) -> Iterator[str]:
    """FastStream's other policies commit offsets that no transaction covers, or spin on one bad record."""
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Attribute)
            and dotted(node.value).endswith("AckPolicy")
            and node.attr != "MANUAL"
        ):
            yield _at(source, node.lineno, f"AckPolicy.{node.attr}")
    for call, name in calls(source):
        if name.endswith(".subscriber") and isinstance(call.func, ast.Attribute):
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            if given.get("ack_policy") != "AckPolicy.MANUAL":
                yield _at(source, call.lineno, "a subscriber without AckPolicy.MANUAL")
            if given.get("auto_offset_reset") != "'earliest'":
                yield _at(source, call.lineno, "a subscriber that does not begin at the earliest record")


def time_comes_from_the_clock(source: Source) -> Iterator[str]:
    """Business time is injected; who reads the wall clock cannot be driven."""
    if source.path in _CLOCKS:
        return
    for call, name in calls(source):
        if _WALL_CLOCK.search(name):
            yield _at(source, call.lineno, f"{name}()")


def the_unit_of_work_commits(source: Source) -> Iterator[str]:
    """State, inbox and outbox are one transaction only if nobody else ends it."""
    if source.path in _COMMITTERS:
        return
    for call, name in calls(source):
        owner, _, method = name.rpartition(".")
        last = owner.rsplit(".", 1)[-1].strip("_")
        if method == "commit" or (method == "begin" and last in {"engine", "connection"}):
            yield _at(source, call.lineno, f"{name}()")


def tasks_are_kept(source: Source) -> Iterator[str]:
    """The loop holds tasks weakly: a task that nobody holds may vanish, and its exception with it."""
    for node in ast.walk(source.tree):
        thrown_away = isinstance(node, ast.Expr) or (
            isinstance(node, ast.Assign) and all(dotted(target) == "_" for target in node.targets)
        )
        call = node.value if thrown_away and isinstance(node, (ast.Expr, ast.Assign)) else None
        if isinstance(call, ast.Call) and dotted(call.func).rsplit(".", 1)[-1] in _TASKS:
            yield _at(source, call.lineno, f"{dotted(call.func)}() whose task nobody holds")


def the_command_line_reads_the_environment(source: Source) -> Iterator[str]:
    """Everything else is told by settings, so that two services fit into one process."""
    if source.path in _COMMANDS or source.path.endswith("/__main__.py"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.getenv", "os.environb"}:
            yield _at(source, node.lineno, dotted(node))
    for line, name in imports(source):
        if name in {"os.environ", "os.getenv"}:
            yield _at(source, line, name)


def the_domain_is_pure(source: Source) -> Iterator[str]:
    """`decide(state, input, now)` needs the standard library alone: no task, clock, random or new id."""
    parts = source.path.split("/")
    if "domain" not in parts:
        return
    own = ".".join(parts[: parts.index("domain") + 1])
    numeric = (*_NUMERIC, "ortools") if "solver" in parts else _NUMERIC if "certificate" in parts else ()
    for line, name in imports(source):
        top = name.split(".", 1)[0]
        if top in _IMPURE or (
            top not in sys.stdlib_module_names and not _below(name, own, *_PURE_SHARED, *numeric)
        ):
            yield _at(source, line, f"imports {name}")
    for node in ast.walk(source.tree):
        if isinstance(node, (ast.AsyncFunctionDef, ast.Await)):
            yield _at(source, node.lineno, "is asynchronous")
    for call, name in calls(source):
        if re.search(r"(^|\.)uuid[1-8]$", name):
            yield _at(source, call.lineno, f"{name}() makes an id")


def _below(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def files_are_short(source: Source) -> Iterator[str]:
    """Past 250 lines a file is split by noun; migrations are written by Alembic."""
    lines = len(source.text.splitlines())
    if lines > MAX_LINES and "/migrations/versions/" not in source.path:
        yield _at(source, lines, f"is longer than {MAX_LINES} lines")


def files_are_named_after_nouns(source: Source) -> Iterator[str]:
    """A drawer for everything is a drawer in which nobody finds anything."""
    if set(source.path.removesuffix(".py").split("/")) & {
        "utils",
        "util",
        "helpers",
        "helper",
        "common",
        "misc",
    }:
        yield _at(source, 1, "is named after nothing")


GUARDS: Final[tuple[Guard, ...]] = (
    only_one_place_builds_clients,
    acknowledgement_is_manual,
    time_comes_from_the_clock,
    the_unit_of_work_commits,
    tasks_are_kept,
    the_command_line_reads_the_environment,
    the_domain_is_pure,
    files_are_short,
    files_are_named_after_nouns,
)
