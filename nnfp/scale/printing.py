"""Print what several processes have to say without mixing their lines."""

import torch.distributed as dist

from nnfp.scale.group import check_process_group


def print_in_order(text: object) -> None:
    """Print one text for each rank, in the order of the ranks.

    Every rank must call it. Rank 0 collects the texts and prints them: if each rank printed its
    own, they would appear in any order.

    Args:
        text: This rank's text.

    Raises:
        RuntimeError: If there is no process group.

    Examples:
        >>> import torch.distributed as dist
        >>> from nnfp.scale import print_in_order
        >>> dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
        >>> print_in_order("rank 0 is alone")
        rank 0 is alone
        >>> dist.destroy_process_group()
    """
    check_process_group()
    texts: list[object] = [None] * dist.get_world_size()
    dist.all_gather_object(texts, str(text))
    if dist.get_rank() == 0:
        print(*texts, sep="\n", flush=True)
