"""Position ids of the schemes, and forward passes of Hugging Face transformers under them."""

import torch

STRENGTHS = {"standard": 0.0, "balanced": 1.0, "0.5": 0.5}


def image_spans(ids: list[int], image_token: int, tokens_per_image: int) -> list[tuple[int, int]]:
    """(start, length) of every image; a run of several images' tokens is cut by their own count."""
    spans, n = [], 0
    while n < len(ids):
        if ids[n] == image_token:
            assert all(token == image_token for token in ids[n : n + tokens_per_image])
            spans.append((n, tokens_per_image))
            n += tokens_per_image
        else:
            n += 1
    return spans


def row_positions(ids: list[int], strength: float, image_token: int, per_image: int) -> list[float]:
    """Ids of one unpadded row: an image id p becomes i + (1 - strength)(p - i), text follows one above."""
    starts = dict(image_spans(ids, image_token, per_image))
    positions: list[float] = []
    following, n = 0.0, 0
    while n < len(ids):
        if n in starts:
            span = [following + (1 - strength) * k for k in range(starts[n])]
            positions += span
            following = max(span) + 1
            n += starts[n]
        else:
            positions.append(following)
            following += 1
            n += 1
    return positions


def batch_positions(input_ids, attention_mask, strength, image_token, per_image) -> torch.Tensor:
    """float32 [b, s]; padding gets id 0. Rows may be padded on either side."""
    positions = torch.zeros(input_ids.shape, dtype=torch.float32)
    for row in range(input_ids.shape[0]):
        valid = attention_mask[row].bool()
        ids = input_ids[row][valid].tolist()
        positions[row, valid] = torch.tensor(row_positions(ids, strength, image_token, per_image))
    return positions


@torch.no_grad()
def forward(model, inputs: dict, strength: float, per_image: int) -> torch.Tensor:
    """Logits [b, s, vocab] with explicit ids AND the mask: without a mask, repeated ids would be taken
    for packed sequences."""
    positions = batch_positions(
        inputs["input_ids"],
        inputs["attention_mask"],
        strength,
        model.config.image_token_index,
        per_image,
    )
    return model(**inputs, position_ids=positions, use_cache=False).logits


def greedy(model, inputs: dict, strength: float, per_image: int, steps: int) -> torch.Tensor:
    """int64 [b, steps]: each row on its own, without padding, the whole sequence anew at each step."""
    pictures = 0
    rows = []
    for row in range(inputs["input_ids"].shape[0]):
        ids = inputs["input_ids"][row][inputs["attention_mask"][row].bool()]
        count = int((ids == model.config.image_token_index).sum()) // per_image
        pixels = inputs["pixel_values"][pictures : pictures + count]
        pictures += count
        for _ in range(steps):
            current = {
                "input_ids": ids[None],
                "attention_mask": torch.ones_like(ids)[None],
                "pixel_values": pixels,
            }
            best = forward(model, current, strength, per_image)[0, -1].argmax()
            ids = torch.cat([ids, best[None]])
        rows.append(ids[-steps:])
    return torch.stack(rows)
