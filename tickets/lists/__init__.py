"""The desk's list of tickets.

- `inbox`: views, filters, orders, pages; `view_counts`: how many tickets each view has
- `fragments`: rows and bubbles as markup that is kept
"""
