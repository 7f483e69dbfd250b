"""Score a file without a database.

  python -m scoring.metrics NAME IN.jsonl OUT.jsonl [--device cpu|cuda] [--checkpoint DIR] [--option KEY=VALUE]
  python -m scoring.metrics --list

Input of length and iq, a dialogue a line:        {"id": "d1", "turns": [{"speaker": "A", "text": "Hello"}, ...]}
Input of the others, a text and its knowledge:    {"id": "g1", "source": "..." or null, "text": "..."}

Output, a score a line (a line a turn for dialogues): id, turn (0-based, dialogues only), value, low, high, calibrated,
reason (only where value is null), signature; pairs (texts only), tokens and evidence where the metric has them.

Exit code: 0 done; 1 the metric cannot be used here, or the disk; 2 the input or the command is wrong (none written).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scoring.metrics import registry
from scoring.metrics.api import Unavailable
from scoring.metrics.score_file import BadInput, check_file, score_file

_OPTIONS_OF_LOAD = {"checkpoint", "device"}


def main(arguments: list[str] | None = None) -> int:
    """The exit code; messages go to stderr, the list to stdout."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.list:
        return _list()
    if not (given.name and given.source and given.target):
        parser.error("NAME, IN and OUT are needed (or --list)")
    try:
        options = _options(given.option)
        _score(given, options)
    except (BadInput, registry.UnknownMetric, _WrongCommand) as error:
        print(error, file=sys.stderr)
        return 2
    except (Unavailable, OSError) as unavailable:
        print(unavailable, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; nothing was written", file=sys.stderr)
        return 130
    return 0


class _WrongCommand(ValueError):
    """An argument that cannot be meant."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scoring.metrics", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help=f"one of {', '.join(registry.METRICS)}")
    parser.add_argument("source", nargs="?", metavar="IN.jsonl", type=Path)
    parser.add_argument("target", nargs="?", metavar="OUT.jsonl", type=Path)
    parser.add_argument("--device", default="cpu", help="cpu (default), cuda or cuda:N")
    parser.add_argument("--checkpoint", type=Path, metavar="DIR", help="default: the one marked default")
    parser.add_argument("--option", action="append", default=[], metavar="KEY=VALUE", help="a setting of the metric")
    parser.add_argument("--list", action="store_true", help="say which metrics there are, and which can be used here")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    return parser


def _score(given: argparse.Namespace, options: dict[str, str]) -> None:
    described = registry.describe(given.name)
    if not re.fullmatch(r"cpu|cuda(:\d+)?", given.device):
        raise _WrongCommand(f"--device is cpu, cuda or cuda:N, not {given.device!r}")
    _check_places(given.source, given.target)
    total = check_file(given.source, described.reads)  # before the weights are read: a typo costs no minute
    try:
        metric = registry.load(given.name, checkpoint=given.checkpoint, device=given.device, **options)
    except (TypeError, ValueError) as error:
        if not options:
            raise
        raise _WrongCommand(f"the options {options} do not suit {given.name}: {error}") from error
    with _progress(total, quiet=given.quiet) as advance:
        at_once = min(described.turns_per_shard, 512)
        written = score_file(metric, given.source, given.target, lines_at_once=at_once, advance=advance)
    print(f"{written} scores in {given.target}, signature {metric.signature}", file=sys.stderr)


def _check_places(source: Path, target: Path) -> None:
    if not source.is_file():
        raise _WrongCommand(f"there is no file {source}")
    if not target.absolute().parent.is_dir():
        raise _WrongCommand(f"there is no folder {target.absolute().parent} to write to")
    if target.is_dir() or (target.exists() and target.samefile(source)):
        raise _WrongCommand(f"{target} is a folder, or the input itself")


def _options(pairs: list[str]) -> dict[str, str]:
    options: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.isidentifier() or key in _OPTIONS_OF_LOAD:
            raise _WrongCommand(f"--option takes KEY=VALUE, not {pair!r}")
        options[key] = value
    return options


@contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    # Deferred: tqdm comes with the model extra; the metrics without a model work without it.
    try:
        from tqdm import tqdm
    except ImportError:
        quiet = True
    if quiet:
        yield lambda lines: None
        return
    with tqdm(total=total, unit="line", dynamic_ncols=True) as bar:
        yield lambda lines: _advance(bar, lines)


def _advance(bar: object, lines: int) -> None:
    bar.update(lines)  # type: ignore[attr-defined]


def _list() -> int:
    for described in registry.describe_all():
        why = registry.why_unavailable(described.name)
        print(f"{described.name:<11} reads {described.reads}, predicts {described.dimension}. {described.summary}")
        print(f"{'':<11} {'ready' if why is None else 'not available: ' + why}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
