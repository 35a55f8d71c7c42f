"""What goods cost together.

- `product_sums`: baskets and their changes; `sum_lines`: the lines of a sum with delivery, cash and wrap
- `coupons`, `discounts`: what goes off; `how_many`: counts, and enough in stock
"""
