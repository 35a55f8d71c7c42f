"""What the shop has set, and the working time that follows from it.

in_force  `current()`: the settings as all processes read them
hours     business hours as intervals of the week
holidays  the days on which the shop is closed
"""
