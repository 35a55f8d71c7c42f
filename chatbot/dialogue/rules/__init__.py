"""The rules that answer; `policy.RULES` is their order.

A rule is a function of (chat, parsed) that returns a Reply, or None when it has nothing to say.

- `small_talk`: the language, Villy himself, moods, greetings
- `orders`: which one is meant, how it stands, its flows, delivery areas
- `products`: which one is meant, facts, lists, sums, health
- `issues`: what needs a person, and what happens with it
- `about_articles`: what the shop wrote
- `second_look`: asked last, where the rules took a turn for what its words are near to
- `later_turns`: follow-ups, and what is asked beside an open issue
"""
