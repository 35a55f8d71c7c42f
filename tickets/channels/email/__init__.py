"""E-mail as a channel: inbound and outbound.

parsing    a raw e-mail as a `ParsedEmail`: decoded, bounded, with its attachments
quotes     the new text apart from quotes and signature. Pure
sorting    the kind of an e-mail: personal, automatic reply, mailing list, bounce, loop. Pure
incoming   to which ticket an inbound e-mail goes
composing  outbound e-mails: text and HTML, with their threading headers
bounces    addresses that bounce or have unsubscribed
imap       the mailbox that the worker polls
on_disk    outbound e-mails as files, without a mail server
"""
