"""Microsoft Teams: what it sends is proven and heard once, and what is said to it is drawn in Adaptive Cards."""
