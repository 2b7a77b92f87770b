"""Predict how long a training step takes on several ranks."""

from typing import NamedTuple


class Link(NamedTuple):
    """A connection between two ranks.

    Attributes:
        bandwidth: How many bytes a second it moves in one direction.
        latency: How many seconds the shortest message takes.
    """

    bandwidth: float
    latency: float


def ring_bytes(size: float, ranks: int) -> float:
    """Return the bytes that each rank sends in a ring all-reduce.

    The numbers are cut into as many parts as there are ranks, and a rank sends one part in each of
    `2 * (ranks - 1)` turns.

    Args:
        size: The bytes of the numbers that are added up, such as all gradients of a model.
        ranks: How many ranks add them up.

    Raises:
        ValueError: If there is no rank, or the size is negative.

    Examples:
        >>> from nnfp.scale import ring_bytes
        >>> [ring_bytes(1000, ranks) for ranks in (1, 2, 4)]
        [0.0, 1000.0, 1500.0]

    Source:
        Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations"
        (2009).
    """
    if ranks < 1:
        raise ValueError(f"expected at least 1 rank, got {ranks}")
    if size < 0:
        raise ValueError(f"expected a size of 0 bytes or more, got {size}")
    return 2 * (ranks - 1) / ranks * size


def ring_seconds(size: float, ranks: int, link: Link) -> float:
    """Predict how long a ring all-reduce takes.

    Args:
        size: The bytes of the numbers that are added up.
        ranks: How many ranks add them up.
        link: The connection of each rank to the next one.

    Returns:
        The seconds that it takes, a latency for each turn and the time to send the bytes.

    Raises:
        ValueError: If there is no rank, the size is negative, or the link has no bandwidth.

    Examples:
        >>> from nnfp.scale import Link, ring_seconds
        >>> ring_seconds(1000, ranks=2, link=Link(bandwidth=4000, latency=0.25))
        0.75
    """
    if link.bandwidth <= 0 or link.latency < 0:
        raise ValueError(f"expected a bandwidth above 0 and a latency of 0 or more, got {link}")
    return 2 * (ranks - 1) * link.latency + ring_bytes(size, ranks) / link.bandwidth


def step_seconds(arithmetic: float, size: float, ranks: int, link: Link) -> float:
    """Predict how long a training step takes if each rank computes, and then all average.

    Args:
        arithmetic: The seconds that a rank needs for its shard: forward, backward and the update.
        size: The bytes of all gradients.
        ranks: How many ranks there are.
        link: The connection of each rank to the next one.

    Returns:
        Seconds. A program that averages some gradients while it still computes others takes less.

    Raises:
        ValueError: If there is no rank, a time or size is negative, or the link has no bandwidth.

    Examples:
        >>> from nnfp.scale import Link, step_seconds
        >>> step_seconds(2, 1000, ranks=2, link=Link(bandwidth=4000, latency=0.25))
        2.75
    """
    if arithmetic < 0:
        raise ValueError(f"expected a time of 0 seconds or more, got {arithmetic}")
    return arithmetic + ring_seconds(size, ranks, link)
