"""How many tickets each view of the desk has: all views in one statement, each count capped."""

from dataclasses import dataclass

from django.db import connection

from supportdesk.db.mongo.connection import mongo_connection

from ..models import Follower, Lane, Mention, Person, Ticket
from ..visibility import visibility_of

# Every page shows them
VIEW_COUNT_CAP = 500


@dataclass(frozen=True)
class Count:
    """A number of tickets; `capped` means "at least"."""

    number: int
    capped: bool = False

    def __str__(self):
        return f"{self.number:,}{'+' if self.capped else ''}"


# What each view's tickets have in common, by column; AGENT stands for the one who asks, VISIBLE for what
# an agent is limited to: categories, or assigned to them
AGENT, VISIBLE = "<agent>", "<visible>"
OPEN: dict[str, object] = {"lane": Lane.OPEN.value}
COUNTED: dict[str, dict[str, object]] = {
    "needs-answer": {"is_waiting": True},
    "mine": OPEN | {"assignee_id": AGENT},
    "unassigned": OPEN | {"assignee_id": None},
    "open": OPEN,
    "snoozed": {"lane": Lane.SNOOZED.value},
    "done": {"lane": Lane.DONE.value},
    # What the page's title counts: waiting, and mine. Without the lane, which only the rows themselves would tell:
    # tickets outside of the open lane do not wait, see `clocks.lanes`
    "waiting-for-me": {"assignee_id": AGENT, "is_waiting": True},
}
# Views that hold all of another: once that one is at the cap, they are too, and are not counted. A desk with many
# tickets would count the same ones up to three times
HOLDS: dict[str, tuple[str, ...]] = {
    "needs-answer": ("waiting-for-me",),
    "mine": ("waiting-for-me",),
    "open": ("waiting-for-me", "unassigned"),
}

# Views of what lies outside of the ticket's own row, by the table whose rows name an agent and a ticket
PERSONAL: dict[str, type[Mention] | type[Follower]] = {"mentions": Mention, "following": Follower}
THEIRS = "<theirs>"


def view_counts(agent: Person, *, personal: bool = True) -> dict[str, Count]:
    """Count the tickets of every view for this agent, in one statement; each count is capped.

    `personal` counts mentions and followed tickets too, which on MongoDB is a second query.
    """
    me = Ticket._meta.get_field("assignee").get_db_prep_value(agent.pk, connection)
    conditions: dict[str, dict] = {
        view: {column: me if value == AGENT else value for column, value in given.items()}
        for view, given in COUNTED.items()
    }
    if personal:
        conditions |= {view: {THEIRS: (model._meta.db_table, me)} for view, model in PERSONAL.items()}
    if limits := visibility_of(agent):
        conditions = {
            view: given | {VISIBLE: (limits.categories, me)} for view, given in conditions.items()
        }
    count_each = _count_in_pipeline if connection.vendor == "mongodb" else _count_in_sql
    found = count_each(conditions, VIEW_COUNT_CAP + 1)
    return {
        view: Count(min(found[view], VIEW_COUNT_CAP), capped=found[view] > VIEW_COUNT_CAP)
        for view in conditions
    }


def _count_in_sql(conditions: dict[str, dict], limit: int) -> dict[str, int]:
    """Count each up to the limit: first the views that hold no other one, then those that do."""
    asked: list[str] = []
    values: list = []
    columns: dict[str, str] = {}
    ordered = sorted(conditions, key=HOLDS.__contains__)
    for number, view in enumerate(ordered):
        few, given = _few(conditions[view], limit)
        counted = f"(SELECT COUNT(*) FROM ({few}) few)"  # noqa: S608
        values += given
        if view in HOLDS:
            full = " OR ".join(f"{columns[held]} = {limit}" for held in HOLDS[view])
            asked.append(f"CASE WHEN {full} THEN {limit} ELSE {counted} END")
        else:
            columns[view] = f"n{number}"
            asked.append(f"{counted} AS n{number}")
    held = len(columns)
    with connection.cursor() as cursor:
        # Materialized: else each CASE would count for itself what it looks at
        first = f"WITH held AS MATERIALIZED (SELECT {', '.join(asked[:held])})"
        cursor.execute(f"{first} SELECT {', '.join([*columns.values(), *asked[held:]])} FROM held", values)  # noqa: S608
        return dict(zip(ordered, cursor.fetchone(), strict=True))


def _few(given: dict, limit: int) -> tuple[str, list]:
    """Return the statement for a row a ticket, up to the limit, and its values."""
    terms: list[str] = []
    values: list = []
    for column, value in given.items():
        if column == THEIRS:
            table, agent = value
            terms.append(f"id IN (SELECT ticket_id FROM {table} WHERE person_id = %s)")  # noqa: S608
            terms.append("lane <> %s")
            values += [agent, Lane.MERGED.value]
        elif column == VISIBLE:
            categories, agent = value
            terms.append(f"({'category = %s OR ' * len(categories)}assignee_id = %s)")
            values += [*categories, agent]
        elif value is None:
            terms.append(f"{column} IS NULL")
        else:
            terms.append(f"{column} = %s")
            values.append(value)
    return f"SELECT 1 FROM tickets_ticket WHERE {' AND '.join(terms)} LIMIT {limit}", values  # noqa: S608


def _count_in_pipeline(conditions: dict[str, dict], limit: int) -> dict[str, int]:
    """As `_count_in_sql` for MongoDB: a pipeline a view, joined by $unionWith, each on an index of its own."""
    tickets = mongo_connection.get_collection(Ticket._meta.db_table)
    named = [given[THEIRS] for given in conditions.values() if THEIRS in given]
    theirs = _tickets_by_table(named) if named else {}
    pipelines: list[list[dict]] = [
        [
            {"$match": _match(given, theirs)},
            {"$limit": limit},
            {"$group": {"_id": view, "n": {"$sum": 1}}},
        ]
        for view, given in conditions.items()
    ]
    joined = [{"$unionWith": {"coll": tickets.name, "pipeline": pipeline}} for pipeline in pipelines[1:]]
    found = {row["_id"]: row["n"] for row in tickets.aggregate(pipelines[0] + joined)}
    return {view: found.get(view, 0) for view in conditions}


def _tickets_by_table(wanted: list[tuple]) -> dict[str, list]:
    """Return the ids of the tickets that rows of these tables name for an agent, by table: a join costs more."""
    pipelines = [
        [{"$match": {"person_id": agent}}, {"$group": {"_id": "$ticket_id"}}, {"$set": {"table": table}}]
        for table, agent in wanted
    ]
    rest = [
        {"$unionWith": {"coll": table, "pipeline": pipeline}}
        for (table, _agent), pipeline in list(zip(wanted, pipelines, strict=True))[1:]
    ]
    found: dict[str, list] = {table: [] for table, _agent in wanted}
    for row in mongo_connection.get_collection(wanted[0][0]).aggregate(pipelines[0] + rest):
        found[row["table"]].append(row["_id"])
    return found


def _match(given: dict, theirs: dict[str, list]) -> dict:
    rest = {column: value for column, value in given.items() if column not in (VISIBLE, THEIRS)}
    if THEIRS in given:
        table, _agent = given[THEIRS]
        rest |= {"id": {"$in": theirs[table]}, "lane": {"$ne": Lane.MERGED.value}}
    if VISIBLE not in given:
        return rest
    categories, agent = given[VISIBLE]
    return rest | {"$or": [{"category": {"$in": list(categories)}}, {"assignee_id": agent}]}
