"""What runs in a user's Python program: resource classes, the explicit provider, lookups."""
