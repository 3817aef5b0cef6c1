"""Applying: acts only through the client handed to it."""
