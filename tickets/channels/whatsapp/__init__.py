"""WhatsApp, over Meta's Cloud API.

webhook    what Meta calls: verified, taken apart, each message and status for itself
messages   what a message says. Pure
incoming   to Villy, or onto the ticket
api        the calls that the desk makes
channel    replies out, within the 24-hour window
templates  what may be said outside of it
"""
