"""What agents do together on a ticket."""
