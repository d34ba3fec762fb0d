"""Which resources an export names, and the program and the import file that hold them."""
