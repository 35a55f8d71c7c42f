"""What agents work with: tags, canned replies, saved views, macros, rules, mentions, drafts, alerts."""
