"""Response and resolution clocks.

running   the clocks as a fold over what happened; pure, without Django
policies  the targets and the calendar that hold now
lanes     where a ticket stands among the others: its lane, and its rank in the order of attention
"""
