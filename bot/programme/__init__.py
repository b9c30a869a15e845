"""The rules of an exchange programme. Pure: time comes in as an argument."""
