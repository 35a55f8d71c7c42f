"""Which product is meant, its facts, lists and sums of several, and what is said of health."""
