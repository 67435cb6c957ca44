"""Our own linker: from relocatable objects to a shared library, for Linux on x86-64 and aarch64."""
