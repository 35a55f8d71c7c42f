"""What a message means only after the answer before it, or beside an open issue."""
