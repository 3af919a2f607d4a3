"""The commands: what each takes; what each does is in the module it calls."""

from __future__ import annotations

import os
import re
import sys
import traceback
from pathlib import Path
from typing import Any

import click

from looplab import messages
from looplab.cli.screen import FAILED, OK, OURS, STOPPED, USAGE, Screen
from looplab.course import LANGUAGES, CourseError, Exercise, UnknownTarget, normal

ENGINES = ("mine", "reference", "fast", "stdlib")
KINDS_OF_CASE = ("reference", "staged", "start", "break", "right", "wrong")


class _TooMany(click.UsageError):
    """Words left over after a command that takes no more."""


class _Bilingual(click.Command):
    """Help and errors in the reader's language; click's own are English only."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        wanted, ctx.allow_extra_args = ctx.allow_extra_args, True
        extra = super().parse_args(ctx, args)
        if extra and not wanted and not ctx.resilient_parsing:
            raise _TooMany(" ".join(extra), ctx)
        return extra

    def get_help(self, ctx: click.Context) -> str:
        return _help(ctx, self)


class _Group(click.Group):
    command_class = _Bilingual

    def get_help(self, ctx: click.Context) -> str:
        return _help(ctx, self)


_Group.group_class = _Group


def _lang(ctx: click.Context | None) -> str:
    screen = _screen(ctx)
    return screen.lang


def _screen(ctx: click.Context | None) -> Screen:
    root = (ctx or click.get_current_context()).find_root()
    if root.obj is None:
        root.obj = Screen(root.params.get("lang"))
    screen: Screen = root.obj
    return screen


def _help(ctx: click.Context, command: click.Command) -> str:
    say = _screen(ctx).say
    words = ctx.command_path.split()[1:]
    about = (
        say("help-" + "-".join(words))
        if words and not isinstance(command, click.Group)
        else say("about")
    )
    usage = " ".join(["./looplab", *words, *command.collect_usage_pieces(ctx)])
    lines = [f"{say('usage')} {usage}", "", f"  {about}", ""]
    if isinstance(command, click.Group):
        rows = [
            (name, say("help-" + "-".join([*words, name]))) for name in command.list_commands(ctx)
        ]
        lines += [say("commands"), *_table(rows), "", f"  {say('what')}", ""]
    options = [p for p in command.get_params(ctx) if isinstance(p, click.Option)]
    rows = [
        (", ".join(p.opts), say("opt-" + p.opts[-1].removeprefix("--").replace("_", "-")))
        for p in options
    ]
    return "\n".join([*lines, say("options"), *_table(rows)])


def _table(rows: list[tuple[str, str]]) -> list[str]:
    width = max(len(name) for name, _ in rows)
    return [f"  {name.ljust(width)}  {text}" for name, text in rows]


@click.group(cls=_Group, invoke_without_command=True)
@click.option("--lang", type=click.Choice(LANGUAGES))
@click.pass_context
def app(ctx: click.Context, lang: str | None) -> None:
    ctx.obj = Screen(lang)
    if ctx.invoked_subcommand is None:
        from looplab.cli import watching

        ctx.exit(watching.watch(ctx.obj))


what_argument = click.argument("what")


@app.command("list")
@click.pass_obj
def list_(screen: Screen) -> None:
    from looplab.cli import learning

    learning.overview(screen)


@app.command()
@click.argument("what", required=False)
@click.option("--all", "all_", is_flag=True)
@click.option("--target", type=click.Path(path_type=Path))
@click.option("--seed", type=int)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def check(
    ctx: click.Context,
    what: str | None,
    all_: bool,
    target: Path | None,
    seed: int | None,
    as_json: bool,
) -> None:
    from looplab.cli import judging

    screen = _screen(ctx)
    if all_ == bool(what):
        screen.fail("check-or-all", "./looplab check 02.1", "./looplab check --all")
    exercises = screen.course.exercises if all_ else screen.course.find(what or "")
    folder = target or screen.workspace.lessons
    if not folder.is_dir():
        screen.fail(
            "no-target",
            screen.say("target-shape", example=f"DIR/{exercises[0].path}"),
            target=folder,
        )
    ctx.exit(judging.check(screen, exercises, folder, seed, as_json))


@app.command()
@what_argument
@click.pass_obj
def hint(screen: Screen, what: str) -> None:
    from looplab.cli import learning

    learning.hint(screen, one_exercise(screen, what))


@app.command()
@what_argument
@click.argument("choice", required=False, type=int)
@click.pass_obj
def answer(screen: Screen, what: str, choice: int | None) -> None:
    from looplab.cli import learning

    learning.answer(screen, what, choice)


@app.command()
@what_argument
@click.option("--port", type=click.IntRange(0, 65535))
@click.option("--engine", type=click.Choice(ENGINES))
@click.pass_context
def run(ctx: click.Context, what: str, port: int | None, engine: str | None) -> None:
    from looplab.cli import running

    ctx.exit(running.run(_screen(ctx), what, port, engine))


@app.command()
@click.argument("mode")
@click.option("--port", type=click.IntRange(0, 65535), default=0)
@click.pass_context
def origin(ctx: click.Context, mode: str, port: int) -> None:
    from looplab.cli import running

    ctx.exit(running.origin(_screen(ctx), mode, port))


@app.command()
@what_argument
@click.option("--port", type=click.IntRange(1, 65535))
@click.pass_context
def replay(ctx: click.Context, what: str, port: int | None) -> None:
    from looplab.cli import replaying

    screen = _screen(ctx)
    found = screen.course.find(what)
    failed = [e for e in found if screen.workspace.failure(e.id) is not None]
    exercise = failed[0] if failed else one_exercise(screen, what)
    ctx.exit(replaying.replay(screen, exercise, port))


@app.command()
@what_argument
@click.option("--to", type=click.IntRange(1))
@click.option("--list", "list_", is_flag=True)
@click.option("--yes", is_flag=True)
@click.pass_obj
def reset(screen: Screen, what: str, to: int | None, list_: bool, yes: bool) -> None:
    from looplab.cli import keeping

    found = screen.course.find(what)
    whole = what.strip().endswith(".py") or to is not None
    one_file = len({exercise.path for exercise in found}) == 1
    exercise = found[0] if whole and one_file else one_exercise(screen, what)
    if list_:
        keeping.versions(screen, exercise)
    else:
        keeping.reset(screen, exercise, yes, to, whole=whole)


@app.command()
@what_argument
@click.pass_obj
def checkpoint(screen: Screen, what: str) -> None:
    from looplab.cli import keeping

    keeping.checkpoint(screen, what)


@app.command()
@what_argument
@click.option("--spoil", is_flag=True)
@click.pass_obj
def diff(screen: Screen, what: str, spoil: bool) -> None:
    from looplab.cli import keeping

    keeping.diff(screen, one_exercise(screen, what), spoil)


@app.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    from looplab.cli import doctoring

    ctx.exit(doctoring.doctor(_screen(ctx), as_json))


@app.command()
@click.option("--from", "source")
@click.option("--dry-run", is_flag=True)
@click.pass_context
def update(ctx: click.Context, source: str | None, dry_run: bool) -> None:
    from looplab.cli import updating

    ctx.exit(updating.update(_screen(ctx), source, dry_run))


@app.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0)
@click.option("--no-browser", is_flag=True)
@click.option("--build", "build_only", is_flag=True)
@click.pass_obj
def docs(screen: Screen, port: int, no_browser: bool, build_only: bool) -> None:
    from looplab.cli import running

    running.docs(screen, port, no_browser, build_only)


@app.command()
@click.argument("name", type=click.Choice(LANGUAGES))
@click.pass_obj
def lang(screen: Screen, name: str) -> None:
    screen.workspace.progress.lang = screen.lang = name
    screen.save()
    screen.tell("lang-set")


@app.command("test", context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.pass_context
def test(ctx: click.Context) -> None:
    from looplab.cli import authoring

    ctx.exit(authoring.test(_screen(ctx), ctx.args))


@app.group()
def dev() -> None:
    pass


@dev.command("check")
@click.pass_context
def dev_check(ctx: click.Context) -> None:
    from looplab.cli import authoring

    ctx.exit(authoring.check(_screen(ctx)))


@dev.command("skeleton")
@click.pass_obj
def dev_skeleton(screen: Screen) -> None:
    from looplab.cli import authoring

    authoring.skeleton(screen)


@dev.command("record")
@click.pass_obj
def dev_record(screen: Screen) -> None:
    from looplab.cli import authoring

    authoring.record(screen)


@dev.command("soak")
@click.argument("what", required=False)
@click.option("--times", type=click.IntRange(1))
@click.option("--minutes", type=click.FloatRange(0, min_open=True))
@click.option("--verdicts", type=click.IntRange(1))
@click.option("--jobs", type=click.IntRange(1), default=4)
@click.option("--load", type=click.IntRange(0), default=1, is_flag=False, flag_value=1)
@click.option("--kind", "kinds", type=click.Choice(KINDS_OF_CASE), multiple=True)
@click.pass_context
def dev_soak(
    ctx: click.Context,
    what: str | None,
    times: int | None,
    minutes: float | None,
    verdicts: int | None,
    jobs: int,
    load: int,
    kinds: tuple[str, ...],
) -> None:
    from looplab.cli import soaking

    screen = _screen(ctx)
    exercises = screen.course.find(what) if what else screen.course.exercises
    plan = soaking.Plan(times, minutes, verdicts, jobs, load)
    ctx.exit(soaking.soak(screen, exercises, plan, kinds or KINDS_OF_CASE))


@dev.command("mutants")
@click.argument("what", required=False)
@click.option("--ids", "listed", is_flag=True)
@click.option("--only", metavar="ID")
@click.option("--jobs", type=click.IntRange(1), default=4)
@click.pass_context
def dev_mutants(
    ctx: click.Context, what: str | None, listed: bool, only: str | None, jobs: int
) -> None:
    from looplab.cli import mutating

    screen = _screen(ctx)
    exercises = screen.course.find(what) if what else screen.course.exercises
    ctx.exit(mutating.mutants(screen, exercises, jobs, only, listed))


@dev.command("docs")
@click.option("--port", type=click.IntRange(0, 65535), default=8000)
@click.pass_context
def dev_docs(ctx: click.Context, port: int) -> None:
    from looplab.cli import authoring

    ctx.exit(authoring.docs(_screen(ctx), port))


def one_exercise(screen: Screen, what: str) -> Exercise:
    """The one exercise that WHAT names; a lesson with several is not enough, nor is the engine. Of
    those that repair one program its name means the first."""
    found = screen.course.find(what)
    if len(found) > 1 and (found[0].on_engine or not what.strip().endswith(".py")):
        screen.fail("one-exercise", what=what, names=screen.list_of(e.id for e in found))
    return found[0]


def _language_first(words: list[str]) -> tuple[list[str], str | None]:
    """`--lang` counts wherever it stands; click wants it before the command."""
    for i, word in enumerate(words):
        if word == "--lang" and i + 1 < len(words):
            return [word, words[i + 1], *words[:i], *words[i + 2 :]], words[i + 1]
        if word.startswith("--lang="):
            return [word, *words[:i], *words[i + 1 :]], word.partition("=")[2]
    return words, None


def main() -> None:
    """Run the command line. Exit status: 0 passed, 1 failed, 2 bad usage, 3 our fault."""
    ctx: click.Context | None = None
    words, lang = _language_first(sys.argv[1:])
    fallback = lang if lang in LANGUAGES else None
    try:
        with app.make_context("looplab", words) as ctx:
            app.invoke(ctx)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write("\n")
        sys.exit(STOPPED)
    except click.UsageError as error:
        _usage(Screen(fallback), error)
    except UnknownTarget as error:
        screen = Screen(fallback or (_lang(ctx) if ctx else None))
        if any(q.id == normal(error.what) for q in screen.course.questions):
            screen.fail("is-question", what=normal(error.what))
        near = [screen.say("did-you-mean", names=screen.list_of(error.near))] if error.near else []
        screen.fail("unknown-what", *near, screen.say("see-list"), what=error.what)
    except CourseError as error:
        _broken_course(fallback or messages.from_environment(), error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python flushes stdout once more at its end
        sys.exit(OK)
    except Exception:
        traceback.print_exc()
        sys.stderr.write(
            messages.sentence(fallback or messages.from_environment(), "cli", "internal") + "\n"
        )
        sys.exit(OURS)
    sys.exit(OK)


def _usage(screen: Screen, error: click.UsageError) -> None:
    command = " ".join(["./looplab", *(error.ctx.command_path.split()[1:] if error.ctx else [])])
    near: list[str] = list(getattr(error, "possibilities", None) or [])
    more = [screen.say("did-you-mean", names=screen.list_of(near))] if near else []
    args: dict[str, Any] = {"problem": error.format_message(), "command": command}
    key = "bad-usage"
    if isinstance(error, click.exceptions.NoSuchCommand):
        key, args = "no-command", {"name": error.command_name}
    elif isinstance(error, click.NoSuchOption):
        key, args = "no-option", {"name": error.option_name}
    elif isinstance(error, click.BadOptionUsage):
        key, args = "missing-arg", {"command": error.option_name, "name": "VALUE"}
    elif isinstance(error, _TooMany):
        key, args = "too-many", {"command": command, "extra": error.message}
    elif isinstance(error, click.MissingParameter):
        name = error.param.human_readable_name if error.param else ""
        key, args = "missing-arg", {"command": command, "name": name}
    elif isinstance(error, click.BadParameter) and error.param is not None:
        name = (
            error.param.opts[-1]
            if isinstance(error.param, click.Option)
            else error.param.human_readable_name
        )
        word = re.search(r"'(.*?)'", error.message)
        key, args = "bad-value", {"value": word[1] if word else "", "name": name}
        choices = getattr(error.param.type, "choices", ())
        more = [screen.say("did-you-mean", names=screen.list_of(choices))] if choices else more
    screen.fail(key, *more, screen.say("see-help"), **args)


def _broken_course(lang: str, error: CourseError) -> None:
    for key in ("broken-course", "broken-course-next"):
        args = {"file": error.path, "line": error.line, "problem": error.problem}
        sys.stderr.write(messages.sentence(lang, "cli", key, args) + "\n")
    sys.exit(OURS)


__all__ = ["FAILED", "USAGE", "app", "main", "one_exercise"]
