"""What holds for every rule: patterns of a conversation that run the rules, or change what they said.

- `corrections`: a change of mind, an item put right
- `several_questions`: each question of a message answered
- `repeats`: what was told a moment ago is not told again, the sentence that answers is
"""
