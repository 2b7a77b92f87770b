"""The numbers from which `diagnose` reports something, each with its reason."""

INPUT_SIZE = 10.0
"""Larger means or deviations of inputs are reported: the initializations assume about 0 and 1, and
the largest learning rate shrinks with the square of the inputs' size."""
LOSS_FACTOR = 3.0
"""A loss this many times that of answering 0 is reported: a fresh network should start near it."""
DEAD_SHARE = 0.5
"""From this share of dead units on, a layer is reported. Fewer are normal: a fresh `Linear(1, 1)`
is dead on the inputs 1 to 10 with a probability of 0.39."""
SAME_TARGETS = 8
"""From this many targets on, a batch of a single class is reported. With two equally frequent
classes, this happens by chance in one of 128 mixed batches, and with more classes less often."""
RISE = 1.1
"""A step that multiplies the loss of the batch by this is reported: it should fall."""
SMALL_STEP = 1e-5
"""If every step is smaller than this part of its parameter, the learning rate is reported. The
notes of CS231n suggest about 0.001."""
LEARNED = 0.1
"""Below this part of the loss of answering 0, small steps are normal: there is little to learn."""
SLOPE = 0.01
"""Small steps are also normal where the loss is flat: if a change of a weight by its own size would
change the loss by less than this part of it, at the present slope."""
GRADIENT_SPREAD = 1e4
"""Gradients of weights that differ by more than this factor are reported: no single learning rate
fits both."""
