"""Train Villy's models; nothing here runs when he answers.

- `intents`: the model of intents; `follow_ups`: that of what a later turn asks; `dialogue_acts`: of what a turn is for
- `folds`: scores of lines by models that have not seen them
- `vocabulary`: which words, pairs and pieces weigh; `packing`: the model as one small file
- `judging`: the figures of the model card
"""
