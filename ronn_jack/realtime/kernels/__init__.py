"""A network as data, and the kernel that runs every one."""
