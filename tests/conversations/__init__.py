"""The rules of the specification (section 14), held by playing whole conversations."""
