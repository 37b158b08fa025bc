"""What each type of event does to the state, a file for each family of types."""
