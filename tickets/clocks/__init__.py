"""Response and resolution clocks, and what the desk promises by them.

running      the clocks as a fold over what happened; pure, without Django
policies     the targets and the calendar that hold now
lanes        where a ticket stands among the others: its lane, and its rank in the order of attention
backfill     the clocks of tickets from before there were any
promise      when an agent will be there, in a sentence
reader_zone  whose time a sentence says
"""
