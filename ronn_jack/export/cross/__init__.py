"""Libraries for Windows and macOS, which zig links [1]_.

References
----------
.. [1] https://ziglang.org, of which PyPI has a build that carries what it links with.
"""
