"""Thin translators between the outside world and the controller."""
