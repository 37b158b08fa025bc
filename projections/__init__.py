"""What it means: the pure bitemporal fold and the questions it answers."""
