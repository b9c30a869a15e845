"""Conversations as text files: written and read by people, played by one test."""
