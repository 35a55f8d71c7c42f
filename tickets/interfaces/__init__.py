"""What others implement and register, so that `tickets` need not know them: channels, suggested replies."""
