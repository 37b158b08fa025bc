"""What people ask of what holds: a file a question, and what several of them share."""
