"""Signed webhooks: what happens on tickets, told to other software (Standard Webhooks).

The activities that every change writes in its own transaction are the outbox; `outbox` makes
deliveries of them for each webhook, `sender` sends those. A desk without webhooks writes
nothing more than before.

payloads  what an endpoint is told
signing   secrets and signatures
outbox    from activities to deliveries
sender    sending, retrying, giving up
"""
