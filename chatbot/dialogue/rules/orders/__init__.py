"""Which order is meant, how it stands, the flows that its state allows, and where the shop delivers."""
