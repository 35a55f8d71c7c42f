"""What Villy says, rule by rule; `policy.RULES` is their order.

A rule is a function of (chat, parsed) that returns a Reply, or None when it has nothing to say.
"""
