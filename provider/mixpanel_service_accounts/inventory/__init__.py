"""What an organization holds: read once, for `export` and `report`."""
