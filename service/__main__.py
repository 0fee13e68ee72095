"""`python -m service` is `nashra`, for places where the project runs from its folder."""

from service.cli import main

if __name__ == "__main__":
    main()
