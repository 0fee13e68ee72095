"""The data files of the normaliser, and what makes them."""
