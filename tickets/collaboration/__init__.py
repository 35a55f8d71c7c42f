"""What agents do together on a ticket.

mentions   `@name` in a private note
drafts     what an agent has begun to write, on every machine of theirs
followers  who wants to know what happens on a ticket
"""
