"""What agents do together on a ticket.

mentions   `@name` in a private note
followers  who wants to know what happens on a ticket
"""
