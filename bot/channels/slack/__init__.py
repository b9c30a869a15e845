"""Slack: what it sends is heard once, and what is said to it is drawn in its blocks."""
