"""Fields that a shop adds: typed, per category, on tickets and customers.

A desk that has none asks the database nothing more.

definitions  which fields there are, and what fits into each
values       reading and writing them; search, export and erasure
"""
