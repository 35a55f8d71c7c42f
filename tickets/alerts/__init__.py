"""Alerts of agents outside of the desk's tab: web push, and e-mail for what stays unseen.

The activities that every change writes are the outbox, as for webhooks: no request does more
because of alerts, and a desk on which no agent wants them writes none.

preferences  what an agent wants to hear of, and when
collecting   from activities to alerts, each once
sending      pushing, repeating, mailing
on_page      desktop notifications of an open page, without a push
push         subscriptions and encrypted pushes (RFC 8030, 8291, 8292)
views        what the browser asks: subscribe, worker, manifest
"""
