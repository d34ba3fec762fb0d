"""Which resources an export names; each shell writes what holds them."""
