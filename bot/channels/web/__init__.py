"""The web as a channel: the playground, and the drawing of messages as HTML that other pages share."""
