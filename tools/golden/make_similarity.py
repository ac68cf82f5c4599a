"""The reference's similarity, computed with Hugging Face transformers.

    python tools/golden/make_similarity.py --out fixtures/golden/similarity.json

A drawing of the embedded data set stands alone on a white canvas of nine cells. Its projected image
tokens and the input embeddings of its caption (with the special tokens that the tokenizer adds) are
pooled over the tokens, channel by channel, and their cosine is taken:
    max    both by the largest value: the published number
    mean   both by the mean
    own    as max, of the image tokens in the drawing's cell alone; null where a picture is more than
           one grid of tokens
"""

import argparse
import json
from pathlib import Path

import torch
from families import FAMILIES
from make_family import load
from PIL import Image
from torch.nn.functional import cosine_similarity
from transformers import AutoTokenizer, LlavaForConditionalGeneration
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

DATASET = Path("public/data/emoji-probe")
EMBEDDED = "emoji-llava"
TARGETS = [("red-apple", 0), ("anchor", 4), ("airplane", 7)]


def canvas(index: dict, item: str, cell: int) -> tuple[Image.Image, str]:
    """The drawing alone in its cell, and its caption."""
    side, columns = index["cell"], index["columns"]
    slot = next(slot for slot, one in enumerate(index["items"]) if one["id"] == item)
    left, top = slot % columns * side, slot // columns * side
    atlas = Image.open(DATASET / index["atlas"]).convert("RGB")
    white = Image.new("RGB", (3 * side, 3 * side), (255, 255, 255))
    white.paste(atlas.crop((left, top, left + side, top + side)), (cell % 3 * side, cell // 3 * side))
    return white, index["items"][slot]["caption"]


def open_model(name: str):
    """A model, its tokenizer, and what makes its image inputs of a picture."""
    if name == EMBEDDED:
        folder = Path("public/models") / name
        model = LlavaForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
        processor = CLIPImageProcessorPil(**json.loads((folder / "preprocessor_config.json").read_text()))

        def inputs(picture: Image.Image) -> dict[str, torch.Tensor]:
            return {"pixel_values": processor(picture, return_tensors="pt")["pixel_values"]}

    else:
        family, folder = FAMILIES[name], Path("fixtures") / name
        model = load(family, folder)

        def inputs(picture: Image.Image) -> dict[str, torch.Tensor]:
            return family.image_inputs(family.make_image_processor(), [picture])

    return model, AutoTokenizer.from_pretrained(folder), inputs


def token_grid(model, inputs: dict[str, torch.Tensor], tokens: int) -> tuple[int, int] | None:
    """Rows and columns of a picture's tokens."""
    if "image_grid_thw" in inputs:
        merge = model.config.vision_config.spatial_merge_size
        _, height, width = inputs["image_grid_thw"][0].tolist()
        return height // merge, width // merge
    if model.config.model_type in ("llava", "gemma3"):
        return round(tokens**0.5), round(tokens**0.5)
    return None


def own_rows(rows: int, columns: int, cell: int) -> list[int]:
    """Of a grid of tokens, those whose middle lies in the cell."""

    def third(at: int, count: int) -> int:
        return int((at + 0.5) * 3 / count)

    return [
        row * columns + column
        for row in range(rows)
        for column in range(columns)
        if third(row, rows) * 3 + third(column, columns) == cell
    ]


@torch.no_grad()
def similarity(model, tokenizer, inputs: dict[str, torch.Tensor], caption: str, cell: int) -> dict:
    text = model.get_input_embeddings()(torch.tensor(tokenizer(caption)["input_ids"]))
    image = torch.cat(list(model.get_image_features(**inputs).pooler_output))
    grid = token_grid(model, inputs, len(image))
    own = None if grid is None else image[own_rows(*grid, cell)]

    def largest(rows: torch.Tensor) -> torch.Tensor:
        return rows.max(dim=0).values

    def compare(one: torch.Tensor, other: torch.Tensor) -> float:
        return round(cosine_similarity(one, other, dim=0).item(), 7)

    return {
        "max": compare(largest(image), largest(text)),
        "mean": compare(image.mean(dim=0), text.mean(dim=0)),
        "own": None if own is None else compare(largest(own), largest(text)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    index = json.loads((DATASET / "index.json").read_text())
    lines = []
    for name in [EMBEDDED, *FAMILIES]:
        model, tokenizer, inputs = open_model(name)
        for item, cell in TARGETS:
            picture, caption = canvas(index, item, cell)
            found = similarity(model, tokenizer, inputs(picture), caption, cell)
            lines.append(json.dumps({"model": name, "item": item, "cell": cell, "caption": caption, **found}))
            print(lines[-1])
    out.write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
