"""``python -m stadig.config.agencies``: the same as ``stadig agencies``, without the rest of the program."""

from stadig.config.agencies.running import main

if __name__ == "__main__":
    main()
