"""What the shop knows: orders, keys and connections of its systems, and what their fields have in common."""
