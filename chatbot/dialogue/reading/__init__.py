"""Read a message by its own words and the talk so far; nothing here answers.

- `readings`: what a message is here (an answer, a question about an order, small talk)
- `signs`: whether a word of an issue stands in it
- `troubles`: broken, wrong, missing, or not fit to eat
- `subjects`: what it asks about the thing spoken of; `talk`: the articles of the talk as evidence
- `affected`: which items of an order it tells of
"""
