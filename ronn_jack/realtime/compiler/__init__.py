"""How Python becomes machine code, and what such code has that Python lacks."""
