"""What words mean in this talk: which thing they point to, how many, under which conditions.

- `references`: "the ghee one", "that", "the second"
- `counting`: "one out of two", "do packet"
- `narrowing`: conditions on a list, a denial in its scope
- `asking`: whether a message asks something or tells a detail
"""
