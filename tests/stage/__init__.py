"""A stage for whole conversations: real store, real channel, real delivery, a clock that stands still."""
