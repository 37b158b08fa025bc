"""What a disk can do: refuse a write, and lose one when the power is cut."""
