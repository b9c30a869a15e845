"""E-mail, to tell those who are on no platform that something lies on their page."""
