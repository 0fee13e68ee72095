"""What the wire says, and nothing else.

One direction each: query schemas only load, and refuse what they do not know; body schemas only dump.
"""
