"""Train Villy on the corpus and write the model and its card.

After `pip install -r requirements-train.txt`: `python manage.py train_villy`.
"""

import json
from collections import Counter
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from chatbot.models import Example
from chatbot.nlu import asked, classifier, corpus, dialogue_acts
from chatbot.nlu.softmax import Softmax
from chatbot.nlu.text import typos

CARD = "docs/villy-model-card.md"
PICTURE = "docs/img/villy-reliability.svg"
TEMPLATE = Path(corpus.__file__).parent.parent / "data" / "model-card.md"
# Of a held-out set that the authors have not seen.
WANTED = {
    "macro-F1": ".68",
    "accuracy": ".72",
    "issue recall": ".90",
    "issue precision": ".68",
    "out of scope at 5% refused": ".50",
    "accuracy hinglish": ".70",
    "accuracy hi": ".75",
    "urgent or high found": ".85",
    "high taken for low": "at most .04",
}
# Half of them is kept to judge
FEWEST_TO_JUDGE = 40
OWN_MEASURES = ("tests/chatbot/data/proxy.jsonl", "tests/chatbot/data/blind.jsonl")


class Command(BaseCommand):
    help = "Train Villy on chatbot/data/corpus and the taught examples; write the model and its card."

    def add_arguments(self, parser):
        parser.add_argument("--date", help="of the corpus' last change; default: of its newest file")
        parser.add_argument("--no-card", action="store_true", help="only the model, in half a minute")
        parser.add_argument(
            "--curve",
            nargs="?",
            const="",
            metavar="FILE",
            help="train nothing; show what 10 to 100 of a shop's own messages do for its others: JSON lines "
            "(text, intent, is_issue, lang), or without a file what was taught here",
        )
        parser.add_argument(
            "--measure",
            action="append",
            default=[],
            metavar="NAME=FILE",
            help="JSON lines (text, intent, is_issue, lang) to measure on, never trained on",
        )

    def handle(self, *args, **options):
        training = _training()
        if options["curve"] is not None:
            self._show_curve(options["curve"])
            return
        taught = self._taught()
        examples = corpus.load(taught)
        facts = training.facts_of(options["date"] or _date_of_change(training), len(taught))
        data = training.train(examples, facts)
        classifier.MODEL_FILE.write_bytes(data)
        typos.WORDS_FILE.write_text(typos.words_file(each.text for each in corpus.load()), encoding="utf-8")
        self._train_asked()
        self._train_acts()
        self.stdout.write(f"{len(examples)} examples -> {classifier.MODEL_FILE.name}, {len(data)} bytes")
        if not options["no_card"]:
            self._write_card(examples, data, _measures(options["measure"]))

    def _train_asked(self) -> None:
        """Train what a message that follows asks, see `nlu.asked`."""
        from chatbot.nlu.training import follow_ups

        rows = follow_ups.lines()
        data = follow_ups.train(rows)
        asked.MODEL_FILE.write_bytes(data)
        right = asked.Model(data).facts["right"]["all"]
        self.stdout.write(f"{len(rows)} lines -> {asked.MODEL_FILE.name}, {len(data)} bytes, {right} right")

    def _train_acts(self) -> None:
        """Train what a turn of a talk is for, see `nlu.dialogue_acts`: three minutes, most of it to judge it."""
        from chatbot.nlu.training import dialogue_acts as training

        turns = list(dialogue_acts.turns())
        data = training.train(turns)
        dialogue_acts.MODEL_FILE.write_bytes(data)
        right = Softmax(data).facts["right"]["all"]
        self.stdout.write(
            f"{len(turns)} turns -> {dialogue_acts.MODEL_FILE.name}, {len(data)} bytes, {right} right"
        )

    def _taught(self) -> list[corpus.Example]:
        """Return the examples that agents taught in the admin of this desk."""
        try:
            rows = list(Example.objects.all())
        except DatabaseError as error:
            self.stderr.write(f"no taught examples: {error}")
            rows = []
        return [
            corpus.Example(row.text, row.intent, row.language, row.is_issue, weight=corpus.TAUGHT_WEIGHT)
            for row in rows
        ]

    def _show_curve(self, file: str) -> None:
        from chatbot.nlu.training import judging

        try:
            own = _rows(Path(file)) if file else self._taught()
        except (OSError, ValueError, KeyError) as reason:
            raise CommandError(f"{file} cannot be read: {reason!r}") from None
        if len(own) < FEWEST_TO_JUDGE:
            raise CommandError(
                f"{len(own)} messages tell nothing: at least {FEWEST_TO_JUDGE}, of which half is kept to judge."
            )
        elsewhere = [row for rows in _measures([]).values() for row in rows]
        facts = classifier.Model(classifier.MODEL_FILE.read_bytes()).facts
        points = judging.teaching_curve(corpus.load(), own, facts, elsewhere)
        self.stdout.write(teaching_table(points, bool(elsewhere)))

    def _write_card(self, examples, data: bytes, measures: dict) -> None:
        from chatbot.nlu.training import judging

        judged = {"dev split": judging.judge_dev(examples), "5 folds": judging.judge_folds(examples)}
        for name, rows in measures.items():
            judged[name] = judging.judge(data, rows)
        root = Path(settings.BASE_DIR)
        (root / PICTURE).parent.mkdir(parents=True, exist_ok=True)
        (root / PICTURE).write_text(picture(judging.reliability(judged["5 folds"])))
        (root / CARD).write_text(card(examples, data, judged), encoding="utf-8")
        self.stdout.write(f"card: {CARD}, picture: {PICTURE}")


def _training():
    try:
        from chatbot.nlu.training import intents
    except ImportError as missing:
        raise CommandError(
            f"{missing}. Training needs more than answering: pip install -r requirements-train.txt"
        ) from missing
    return intents


def _date_of_change(training) -> str:
    """Return when the corpus last changed: as the present model says, if it is of this corpus.

    Only then does training an unchanged checkout give the same bytes: a fresh
    clone's files are all as new as the clone.
    """
    if classifier.MODEL_FILE.exists():
        facts = classifier.Model(classifier.MODEL_FILE.read_bytes()).facts
        if (facts["corpus"], facts["gloss"]) == (corpus.digest(corpus.load()), training.gloss_digest()):
            return facts["date"]
    newest = max(path.stat().st_mtime for path in corpus.FOLDER.glob("*.txt"))
    return date.fromtimestamp(newest).isoformat()


def _measures(named: list[str]) -> dict[str, list[corpus.Example]]:
    own = [Path(settings.BASE_DIR) / name for name in OWN_MEASURES]
    named = [f"{path.stem}={path}" for path in own if path.exists()] + named
    return {name: _rows(Path(path)) for name, path in (item.split("=", 1) for item in named)}


def _rows(path: Path) -> list[corpus.Example]:
    rows = map(json.loads, filter(str.strip, path.read_text(encoding="utf-8").splitlines()))
    return [corpus.Example(r["text"], r["intent"], r["lang"], r["is_issue"], _priority(r)) for r in rows]


def _priority(row: dict) -> str | None:
    """Return the least of the priorities that are right for a row, such as "urgent|high"."""
    return (row.get("priority") or "").split("|")[-1] or None


# --- The card -----------------------------------------------------------------------------


def card(examples, data: bytes, judged: dict) -> str:
    """Return the model card: the hand-written template with the measured tables in it."""
    from chatbot.nlu.training import judging

    facts = classifier.Model(data).facts
    folds = judged["5 folds"]
    filled = {
        "date": facts["date"],
        "corpus": facts["corpus"],
        "gloss": facts["gloss"],
        "size": f"{len(data) / 1e6:.2f} MB",
        "features": f"{len(classifier.Model(data).rows):,}",
        "temperature": facts["temperature"],
        "issue_threshold": facts["issue"]["threshold"],
        "counts": counts_table(examples),
        "scores": scores_table({name: judging.scores(each) for name, each in judged.items()}),
        "per_intent": per_intent_table({name: judging.f1_by_intent(each) for name, each in judged.items()}),
        "confusion": confusion_table(judging.confusion(folds)),
        "curve": curve_table(judging.learning_curve(examples)),
        "asked": asked_table(),
        "picture": PICTURE.removeprefix("docs/"),
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, value in filled.items():
        text = text.replace(f"{{{{{name}}}}}", str(value))
    return text


def table(head: list[str], rows: list[list]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def asked_table() -> str:
    """Return what the reader of `nlu.asked` knows, and how well, by folds that it did not see."""
    facts = asked.Model(asked.MODEL_FILE.read_bytes()).facts
    lines = Counter(kind for _, kind in asked.lines())
    rows = [[kind.replace("_", " "), lines[kind], facts["right"][kind]] for kind in facts["kinds"]]
    return table(
        ["what is asked", "lines", "read right"],
        [*rows, ["**all**", sum(lines.values()), facts["right"]["all"]]],
    )


def counts_table(examples) -> str:
    rows = []
    for intent in corpus.INTENTS:
        mine = [example for example in examples if example.intent == intent]
        by_language = [sum(e.language == name for e in mine) for name in corpus.LANGUAGES]
        rows.append([intent, *by_language, sum(e.is_issue for e in mine), len(mine)])
    totals = [sum(row[column] for row in rows) for column in range(1, 6)]
    return table(["intent", *corpus.LANGUAGES, "issues", "all"], [*rows, ["**all**", *totals]])


def scores_table(by_set: dict[str, dict[str, float]]) -> str:
    names = next(iter(by_set.values()))
    rows = [
        [name, WANTED.get(name, ""), *(f"{s[name]:.3f}" if name in s else "" for s in by_set.values())]
        for name in names
    ]
    return table(["", "wanted", *by_set], rows)


def per_intent_table(by_set: dict[str, dict[str, float]]) -> str:
    def cell(scores, intent):
        return f"{scores[intent]:.2f}" if intent in scores else ""

    rows = [[intent, *(cell(s, intent) for s in by_set.values())] for intent in corpus.INTENTS]
    return table(["F1", *by_set], rows)


def confusion_table(counted: dict[tuple[str, str], int]) -> str:
    short = [intent.replace("_", " ") for intent in corpus.INTENTS]
    rows = [
        [f"**{name}**", *(counted.get((right, told), "") for told in corpus.INTENTS)]
        for name, right in zip(short, corpus.INTENTS, strict=True)
    ]
    return table(["right \\ told", *short], rows)


def curve_table(points: list[tuple]) -> str:
    names = ("macro-F1", "accuracy", "out of scope at 5% refused")
    rows = [[f"{lines:,}", *(f"{scores[name]:.3f}" for name in names)] for lines, scores in points]
    return table(["lines", *names], rows)


def teaching_table(points: list[tuple], has_others: bool) -> str:
    names = ("macro-F1", "accuracy", "issue recall", "issue precision")
    rows = []
    for taught, mine, others in points:
        row = [taught, *(f"{mine[name]:.3f}" for name in names)]
        rows.append([*row, f"{others['accuracy']:.3f}"] if has_others else row)
    return table(["taught", *names, *(["accuracy elsewhere"] if has_others else [])], rows)


def picture(bands: list[tuple[float, float, int]]) -> str:
    """Return an SVG: how often the model was right against how sure it said it was."""
    dots = "\n".join(
        f'<circle cx="{50 + 300 * sure:.1f}" cy="{330 - 300 * right:.1f}" '
        f'r="{2 + (count / 60) ** 0.5:.1f}" fill="#2f6f4e" fill-opacity="0.75"/>'
        for sure, right, count in bands
    )
    lines = "\n".join(
        f'<text x="{50 + 300 * tick:.0f}" y="348" text-anchor="middle">{tick:.1f}</text>'
        f'<text x="42" y="{334 - 300 * tick:.0f}" text-anchor="end">{tick:.1f}</text>'
        for tick in (0, 0.2, 0.4, 0.6, 0.8, 1)
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 380 390" width="380" height="390"
 font-family="sans-serif" font-size="11" fill="#333">
<rect width="380" height="390" fill="#fff"/>
<path d="M50 30V330H350" fill="none" stroke="#888"/>
<path d="M50 330L350 30" stroke="#bbb" stroke-dasharray="4 4"/>
{lines}
<text x="200" y="375" text-anchor="middle">how sure Villy was</text>
<text x="14" y="180" text-anchor="middle" transform="rotate(-90 14 180)">how often it was right</text>
{dots}
</svg>
"""
