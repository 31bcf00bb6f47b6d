"""``python -m whyzero`` is the command ``whyzero``."""

from whyzero.cli import main

if __name__ == "__main__":
    main()
