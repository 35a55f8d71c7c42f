"""Tickets, their messages and files, their history, the fields that a shop adds, the words of the search."""
