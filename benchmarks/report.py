"""What was measured, as a table, as JSON lines and as a picture."""

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).with_name("results")


def machine() -> dict:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "load": round(os.getloadavg()[0], 1),
    }


def tell(row: dict) -> None:
    """One line as soon as it is known."""
    figures = " ".join(
        f"{name}={value:,.2f}" if isinstance(value, float) else f"{name}={value}"
        for name, value in row.items()
        if name not in ("engine", "size", "cost", "path") and value is not None
    )
    print(f"{row['engine']:<10} {row['size']:>9,}  {row['cost']:<44} {figures}", flush=True)


def write(rows: list[dict], name: str, options) -> None:
    """Add growth to the rows, and write NAME.jsonl, NAME.md and NAME.svg."""
    _add_growth(rows)
    folder = Path(options.results)
    folder.mkdir(exist_ok=True)
    about = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "rounds": options.rounds,
        "seconds": options.seconds,
        "workers": options.workers,
    }
    with (folder / f"{name}.jsonl").open("w") as file:
        for row in [{"about": about}, *rows]:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    text = table(rows)
    (folder / f"{name}.md").write_text(text)
    print("\n" + text)
    _draw(rows, folder / f"{name}.svg")


def _add_growth(rows: list[dict]) -> None:
    """Add each cost's ratio to that on the smallest desk."""
    smallest = {}
    for row in sorted(rows, key=lambda row: row["size"]):
        figure = "per_second" if "per_second" in row else "alone" if "alone" in row else None
        if not figure or not row[figure]:
            continue
        first = smallest.setdefault((row["engine"], row["cost"]), row[figure])
        row["growth"] = first / row[figure] if figure == "per_second" else row[figure] / first


COLUMNS = {
    "per_second": ("a second", "{:,.1f}"), "p50": ("p50 ms", "{:,.1f}"), "p99": ("p99 ms", "{:,.1f}"),
    "alone": ("alone, ms", "{:,.1f}"), "kilobytes": ("KB", "{:,.1f}"), "queries": ("queries", "{}"),
    "of_django": ("of the bare page", "{:.0%}"), "of_jinja2": ("of it in Jinja2", "{:.0%}"),
    "of_same": ("of the same statements", "{:.0%}"),
    "of_commits": ("of bare commits", "{:.0%}"), "growth": ("growth", "{:.2f}"),
}  # fmt: skip


def table(rows: list[dict]) -> str:
    """Markdown: a line a cost and size, with the figures that it has."""
    lines = [
        "| engine | cost | tickets | " + " | ".join(title for title, _ in COLUMNS.values()) + " |",
        "| --- | --- | --: |" + " --: |" * len(COLUMNS),
    ]
    order = {cost: place for place, cost in enumerate(dict.fromkeys(row["cost"] for row in rows))}
    for row in sorted(rows, key=lambda row: (row["engine"], order[row["cost"]], row["size"])):
        shown = [
            form.format(row[column]) if row.get(column) is not None else ""
            for column, (_, form) in COLUMNS.items()
        ]
        lines.append(f"| {row['engine']} | {row['cost']} | {row['size']:,} | " + " | ".join(shown) + " |")
    return "\n".join(lines) + "\n"


def _draw(rows: list[dict], path: Path) -> None:
    try:
        import pygal
    except ImportError:
        print(f"No picture: pip install -r requirements-bench.txt for {path.name}")
        return
    chart = pygal.HorizontalBar(
        title="Requests a second, 8 clients, one process",
        width=900, height=1100, legend_at_bottom=True, truncate_legend=-1, logarithmic=True,
        style=pygal.style.CleanStyle,
    )  # fmt: skip
    timed = [row for row in rows if row.get("per_second")]
    chart.x_labels = costs = list(dict.fromkeys(row["cost"] for row in timed))[::-1]
    for engine, size in dict.fromkeys((row["engine"], row["size"]) for row in timed):
        known = {
            row["cost"]: row["per_second"]
            for row in timed
            if (row["engine"], row["size"]) == (engine, size)
        }
        chart.add(f"{engine}, {size:,} tickets", [known.get(cost) for cost in costs])
    chart.render_to_file(str(path))
