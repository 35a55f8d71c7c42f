"""What a message does or asks, read by its words: pure patterns and phrases, no model, no database.

- `turn_cues`: takes something back, corrects, asks again; and how phrases are written down
- `issue_cues`, `order_cues`: tells of something that is wrong; asks of an order
- `contact`, `calls`, `himself`: asks for a phone or an address, tells of a call, asks about Villy
- `lead`, `occasions`, `languages`: what stands before the subject, what does not wait, which language is wished
- `trigger_phrases`: words that need a person, from `data/handoff.txt`
"""
