"""Questions about an image, and several of them packed behind it in one sequence.

Every question sits in a slot of fixed length that sees the image's prefix and
itself, and whose position ids go on from the image's, so one packed sequence
computes exactly what the questions would give one by one (`check_packing`).
"""

import numpy as np
import torch
from tokenizers import Tokenizer

from tokenizer import CELL_QUESTION, PICTURE_QUESTION, PROBE, SHORT_PROBE, caption_of, cell_phrase, prompt
from data import CELLS

# A photographer's habit: where the thing asked about tends to be. This table, and
# nothing else, makes the decoder uneven.
HABIT = {
    "top_left": 0.04, "top_center": 0.10, "top_right": 0.04,
    "left": 0.09, "center": 0.62, "right": 0.09,
    "bottom_left": 0.002, "bottom_center": 0.016, "bottom_right": 0.002,
}
HABIT_TABLE = np.array([HABIT[c] for c in CELLS])
IMAGE_TOKENS = 144


class Questions:
    """Token sequences of the three kinds of question, ready to be written into slots."""

    def __init__(self, tokenizer: Tokenizer, names: list[str]):
        encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
        self.pad = tokenizer.token_to_id("<pad>")
        image = tokenizer.token_to_id("<image>")
        before, after = {}, {}

        def halves(text: str) -> list[int]:
            ids = tokenizer.encode(prompt(text)).ids
            at = ids.index(image)
            before.setdefault("ids", ids[:at])
            assert ids[:at] == before["ids"]
            return ids[at + 1 :]

        self.probe = [halves(PROBE.format(caption=caption_of(n))) for n in names]
        self.short = [halves(SHORT_PROBE.format(caption=caption_of(n))) for n in names]
        self.cell = [halves(CELL_QUESTION.format(cell=cell_phrase(c))) for c in CELLS]
        self.picture = halves(PICTURE_QUESTION)
        self.before = before["ids"]
        self.yes, self.no = encode(" Yes</s>"), encode(" No</s>")
        self.named = [encode(f" {caption_of(n)}</s>") for n in names]
        self.probe_slot = max(map(len, self.probe)) + 2
        self.short_slot = max(map(len, self.short)) + 2
        self.name_slot = max(map(len, self.cell + [self.picture])) + max(map(len, self.named))

    def layout(self, probes: int, shorts: int, namings: int):
        """Position ids and slots (how many, how long) of a packed sequence; the same for every row."""
        prefix = len(self.before) + IMAGE_TOKENS
        slots = ((probes, self.probe_slot), (shorts, self.short_slot), (namings, self.name_slot))
        lengths = [length for count, length in slots for _ in range(count)]
        positions = np.concatenate([np.arange(prefix)] + [prefix + np.arange(n) for n in lengths])
        starts = prefix + np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(int)
        return torch.from_numpy(positions), slots, starts, sum(lengths)


def pack(q: Questions, cells: np.ndarray, single: np.ndarray, rng: np.random.Generator, probes: int, shorts: int, namings: int, starts: np.ndarray, width: int):
    """Slots for a batch: tokens, and the targets as (row, index, token, weight).

    `cells` [b, 9] are the pictures' labels, -1 where a cell is empty; `single` says
    which rows hold one picture. Asked-about cells follow the habit table.
    """
    b = len(cells)
    tokens = np.full((b, width), q.pad, np.int64)
    base = int(starts[0])
    out: list[tuple[int, int, int, float]] = []

    def write(row: int, start: int, question: list[int], answer: list[int], weights: list[float]):
        ids = question + answer
        tokens[row, start - base : start - base + len(ids)] = ids
        for n, (token, weight) in enumerate(zip(answer, weights)):
            out.append((row, start + len(question) + n - 1, token, weight))

    names = len(q.probe)
    for row in range(b):
        present = np.flatnonzero(cells[row] >= 0)
        habit = HABIT_TABLE[present] / HABIT_TABLE[present].sum()
        for n in range(probes + shorts):
            asked = q.probe if n < probes else q.short
            if n % 2 == 0:
                write(row, starts[n], asked[cells[row, rng.choice(present, p=habit)]], q.yes, [1.0, 0.1])
            else:
                label = rng.integers(names)
                while label in cells[row]:
                    label = rng.integers(names)
                write(row, starts[n], asked[label], q.no, [1.0, 0.1])
        for n in range(probes + shorts, probes + shorts + namings):
            k = rng.choice(present, p=habit)
            answer = q.named[cells[row, k]]
            question = q.picture if single[row] and rng.random() < 0.5 else q.cell[k]
            write(row, starts[n], question, answer, [1.0] + [0.3] * (len(answer) - 2) + [0.1])
    rows, at, target, weight = (np.array(x) for x in zip(*out))
    return torch.from_numpy(tokens), torch.from_numpy(rows), torch.from_numpy(at), torch.from_numpy(target), torch.from_numpy(weight).float()
