"""`python -m ronn_jack` is `ronn-jack`."""

from ronn_jack.cli import main

main()
