"""The fold: what is recorded, in effective order, becomes what holds on a day."""
