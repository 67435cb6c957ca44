"""Sounds as what other programs play: native plugins and files."""
