"""Files in the cells of Arrow tables, at any depth."""
