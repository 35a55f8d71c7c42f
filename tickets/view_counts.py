"""How many tickets each view of the desk has: all views in one statement, each count capped."""

from dataclasses import dataclass

from django.db import connection

from .models import Lane, Person, Ticket
from .visibility import visibility_of

# Every page shows them
VIEW_COUNT_CAP = 1_000


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
OPEN = {"lane": Lane.OPEN.value}
COUNTED = {
    "needs-answer": {"is_waiting": True},
    "mine": OPEN | {"assignee_id": AGENT},
    "unassigned": OPEN | {"assignee_id": None},
    "open": OPEN,
    "snoozed": {"lane": Lane.SNOOZED.value},
    "done": {"lane": Lane.DONE.value},
    # What the page's title counts: waiting, and mine
    "waiting-for-me": OPEN | {"assignee_id": AGENT, "is_waiting": True},
}


def view_counts(agent: Person) -> dict[str, Count]:
    """Count the tickets of every view for this agent, in one statement; each count is capped."""
    me = Ticket._meta.get_field("assignee").get_db_prep_value(agent.pk, connection)
    conditions = [
        {column: me if value == AGENT else value for column, value in given.items()}
        for given in COUNTED.values()
    ]
    if limits := visibility_of(agent):
        conditions = [given | {VISIBLE: (limits.categories, me)} for given in conditions]
    count_each = _count_in_pipeline if connection.vendor == "mongodb" else _count_in_sql
    return {
        view: Count(min(number, VIEW_COUNT_CAP), capped=number > VIEW_COUNT_CAP)
        for view, number in zip(COUNTED, count_each(conditions, VIEW_COUNT_CAP + 1), strict=True)
    }


def _count_in_sql(conditions: list[dict], limit: int) -> list[int]:
    parts, values = [], []
    for given in conditions:
        terms = []
        for column, value in given.items():
            if column == VISIBLE:
                categories, agent = value
                terms.append(f"({'category = %s OR ' * len(categories)}assignee_id = %s)")
                values += [*categories, agent]
            elif value is None:
                terms.append(f"{column} IS NULL")
            else:
                terms.append(f"{column} = %s")
                values.append(value)
        few = f"SELECT 1 FROM tickets_ticket WHERE {' AND '.join(terms)} LIMIT {limit}"  # noqa: S608
        parts.append(f"(SELECT COUNT(*) FROM ({few}) few)")  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        return list(cursor.fetchone())


def _count_in_pipeline(conditions: list[dict], limit: int) -> list[int]:
    """As `_count_in_sql` for MongoDB: a pipeline a view, joined by $unionWith, each on an index of its own."""
    tickets = connection.get_collection(Ticket._meta.db_table)
    pipelines = [
        [{"$match": _match(given)}, {"$limit": limit}, {"$group": {"_id": number, "n": {"$sum": 1}}}]
        for number, given in enumerate(conditions)
    ]
    joined = [{"$unionWith": {"coll": tickets.name, "pipeline": pipeline}} for pipeline in pipelines[1:]]
    found = {row["_id"]: row["n"] for row in tickets.aggregate(pipelines[0] + joined)}
    return [found.get(number, 0) for number in range(len(conditions))]


def _match(given: dict) -> dict:
    if VISIBLE not in given:
        return given
    categories, agent = given[VISIBLE]
    rest = {column: value for column, value in given.items() if column != VISIBLE}
    return rest | {"$or": [{"category": {"$in": list(categories)}}, {"assignee_id": agent}]}
