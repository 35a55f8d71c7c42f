"""What an agent types into the search box: every ticket that has all the words, in any order.

A ticket is found by the beginnings of its words: number, customer (also as the name sounds),
e-mail, phone, order number, subject and messages, notes included. `words` makes words of
them, the same on every engine, and an index keeps them (`SearchText`): SQLite's FTS5,
PostgreSQL's full text, an index of MongoDB over the list of words.

The index is in the inbox's order. A page of it takes the newest matches and stops, however
many there are.

words    makes words of a text, the same on every engine
index    finds tickets, and keeps the words of what is written
rank     a ticket's place in the inbox as one number
engines  the index on SQLite, PostgreSQL and MongoDB
"""

from .index import COUNT_CAP, FIELDS, beside, count, first, forget, rebuild, remember, renew, tickets
from .rank import place

__all__ = [
    "COUNT_CAP", "FIELDS", "beside", "count", "first", "forget", "place", "rebuild", "remember", "renew", "tickets",
]  # fmt: skip
