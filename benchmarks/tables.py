"""The tables that are filled, and the rows on their way into them."""

import json
from dataclasses import dataclass, field
from functools import cache

COLUMNS = {
    "tickets_person": "id password last_login role name email phone login_email external_id is_active created_at",
    "tickets_order": "id number customer_id status placed_at eta delivered_at total payment_method"
    " payment_status carrier tracking_number city pincode",
    "tickets_orderitem": "id order_id sku name quantity price",
    "tickets_ticket": "id number requester_id requester_name requester_email requester_phone order_id"
    " order_number status priority category subject assignee_id assignee_name resolution"
    " callback_requested callback_completed callback_note rating rating_comment created_at updated_at"
    " resolved_at closed_at first_response_due_at first_responded_at answer_check_at last_seq"
    " last_customer_seq preview read_by_agents read_by_requester unread_by_agents unread_by_requester"
    " mailed_to_requester client_id previous_id language handover waiting_since next_response_due_at"
    " lane is_waiting attention_rank preview_by",
    "tickets_message": "id ticket_id seq client_id fingerprint sender author_id sender_name text internal"
    " picture thumbnail picture_width picture_height created_at",
    "tickets_ticketevent": "id ticket_id actor_id actor_name field old new at",
    "tickets_activity": "id position ticket_id seq at",
    "tickets_searchtext": "ticket_id rank words",
}  # fmt: skip


@cache
def defaults(table: str) -> dict[str, object]:
    """Return {column: value} of what COLUMNS leaves out and the table insists on: what the model gives a new row."""
    from django.apps import apps

    model = next((each for each in apps.get_models() if each._meta.db_table == table), None)
    given = COLUMNS[table].split()
    found: dict[str, object] = {}
    for each in model._meta.concrete_fields if model else ():
        value = each.get_default()
        if each.column and each.column not in given and not (value is None and each.null):
            found[each.column] = json.dumps(value) if isinstance(value, dict | list) else value
    return found


@dataclass
class Batch:
    """Rows of some tickets and everything about them, by table."""

    rows: dict[str, list[tuple]] = field(default_factory=lambda: {table: [] for table in COLUMNS})

    def add(self, table: str, *row) -> None:
        self.rows[table].append(row)
