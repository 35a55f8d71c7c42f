"""What `chatbot` registers with `supportdesk` and `tickets`, which do not import it (see `chatbot/apps.py`).

- `channel_assistant`: Villy on e-mail and WhatsApp; `shop_data`: products and articles as the shop sends them
- `personal_data`: chats in exports and erasure; `first_steps`: the admin's checklist; `warm_up`: before the desk listens
"""
