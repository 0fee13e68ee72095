"""The formats that captures come in: a module each, from the bytes of a file to captures and refusals.

Nothing here opens a file or an address: bytes come in, values go out, whatever the bytes say.
"""
