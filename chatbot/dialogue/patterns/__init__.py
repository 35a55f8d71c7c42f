"""Patterns of a conversation that apply to every rule: they run the rules, or change their answers.

- `corrections`: a change of mind, an item put right
- `several_questions`: each question of a message answered
- `repeats`: what was told a moment ago is not told again, the sentence that answers is
"""
