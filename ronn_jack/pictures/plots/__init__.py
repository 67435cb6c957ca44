"""The same pictures as files, by matplotlib, which is an optional extra."""
