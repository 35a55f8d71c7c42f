"""E-mail: letters out, letters in.

parsing    a raw letter as a `Letter`: decoded, bounded, with its pictures
quotes     new words apart from what is quoted and signed. Pure
sorting    what a letter is: a person's, an automatic reply, a list, a bounce. Pure
incoming   to which ticket it goes
letters    what leaves: text and HTML, with the headers that thread it
bounces    addresses that get nothing any more
imap       the mailbox that the worker polls
on_disk    letters as files, without a mail server
"""
