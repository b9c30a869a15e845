"""Two translations a platform: platform to Incoming, Outgoing to platform. No decisions."""
