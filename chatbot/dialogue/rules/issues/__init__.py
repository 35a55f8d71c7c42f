"""What needs a person: telling an issue, its details, its open questions, and what happens next."""
