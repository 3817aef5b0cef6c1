"""Reporting: pure functions from values to text."""
