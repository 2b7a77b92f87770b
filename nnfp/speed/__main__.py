"""Run the measurements as `python -m nnfp.speed`."""

from nnfp.speed.command import main

if __name__ == "__main__":
    main()
