"""Views of pictures and rows of features as Hugging Face's CLIP and LLaVA-NeXT have them.

    python tools/golden/make_view_goldens.py --pictures fixtures/processors --out fixtures/views

`views.json` holds, from transformers:
    fixed    settings of CLIP's processor and a picture; the pixels are `fixed.<n>` of `views.safetensors`
    tiled    settings of LLaVA-NeXT's processor and a picture; `tiled.<n>`
    rows     picture sizes [height, width] at a tiny geometry, with the rows of the views' features that
             make up the picture's features, in order (-1: the newline)
    tokens   picture sizes at the published geometry with their number of image tokens
Pixels are uint8, neither rescaled nor normalised.
"""

import argparse
import json
import random
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.llava_next.image_processing_pil_llava_next import LlavaNextImageProcessorPil
from transformers.models.llava_next.modeling_llava_next import LlavaNextModel, image_size_to_num_patches

RAW = {"do_rescale": False, "do_normalize": False}
WIDE, TALL, SMALL = "wide-157x89.png", "tall-130x205.png", "small-41x30.png"


def crop(edge: int, height: int, width: int) -> dict:
    return {"size": {"shortest_edge": edge}, "crop_size": {"height": height, "width": width}}


FIXED = [
    (crop(56, 42, 42), WIDE),
    (crop(56, 42, 42), TALL),
    (crop(37, 37, 37), TALL),
    (crop(31, 42, 42), SMALL),
    (crop(30, 31, 56), WIDE),
    ({"size": {"height": 33, "width": 48}, "do_center_crop": False}, TALL),
]


def anyres(tile: int, grids: list[list[int]]) -> dict:
    pinpoints = [[rows * tile, columns * tile] for rows, columns in grids]
    return {**crop(tile, tile, tile), "image_grid_pinpoints": pinpoints}


PUBLISHED_GRIDS = [[1, 2], [2, 1], [2, 2], [3, 1], [1, 3]]
TILED = [
    (anyres(24, PUBLISHED_GRIDS), WIDE),
    (anyres(24, PUBLISHED_GRIDS), TALL),
    (anyres(24, PUBLISHED_GRIDS), SMALL),
    (anyres(35, [[1, 1], [4, 1], [1, 5]]), WIDE),
    (anyres(28, [[1, 3]]), TALL),
]


def pixels(processor, folder: Path, picture: str) -> torch.Tensor:
    made = processor(Image.open(folder / picture), return_tensors="np", **RAW)["pixel_values"][0]
    whole = np.asarray(made)
    assert whole.min() >= 0 and whole.max() <= 255 and (whole == whole.round()).all()
    return torch.from_numpy(whole.astype(np.uint8))


def pack(size: list[int], tile: int, side: int, pinpoints: list[list[int]]) -> list[int]:
    """Features that are their own index, put through the model's packing."""
    views = image_size_to_num_patches(size, pinpoints, tile)
    features = torch.arange(views * side * side, dtype=torch.float64).reshape(views, side * side, 1)
    config = SimpleNamespace(
        vision_config=SimpleNamespace(image_size=tile, patch_size=tile // side),
        image_grid_pinpoints=pinpoints,
    )
    packed, _ = LlavaNextModel.pack_image_features(
        SimpleNamespace(config=config),
        [features],
        torch.tensor([size]),
        "default",
        torch.tensor([-1.0], dtype=torch.float64),
    )
    return packed[0][:, 0].long().tolist()


def sizes(count: int, longest: int) -> list[list[int]]:
    """Shapes of all kinds: squares, exact ratios where rounding decides, and threads too."""
    generator = random.Random(3)
    found = [[longest, longest], [longest, longest // 2], [longest // 3, longest], [longest, longest - 1]]
    found += [[1, longest], [longest, 2]]
    while len(found) < count:
        found.append([generator.randint(longest // 20, longest), generator.randint(longest // 20, longest)])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    tensors = {}
    described: dict = {"fixed": [], "tiled": []}
    for kind, processor_class, cases in (
        ("fixed", CLIPImageProcessorPil, FIXED),
        ("tiled", LlavaNextImageProcessorPil, TILED),
    ):
        for n, (settings, picture) in enumerate(cases):
            processor = processor_class(**settings)
            tensors[f"{kind}.{n}"] = pixels(processor, options.pictures, picture)
            described[kind].append({"settings": settings, "picture": picture})
    tiny = {"tile": 12, "side": 3, "pinpoints": anyres(12, PUBLISHED_GRIDS)["image_grid_pinpoints"]}
    full = {"tile": 336, "side": 24, "pinpoints": anyres(336, PUBLISHED_GRIDS)["image_grid_pinpoints"]}
    described["rows"] = {**tiny, "cases": [[size, pack(size, **tiny)] for size in sizes(40, 60)]}
    counts = [[size, len(pack(size, **full))] for size in sizes(200, 2000)]
    described["tokens"] = {**full, "cases": counts}
    save_file(tensors, options.out / "views.safetensors")
    (options.out / "views.json").write_text(json.dumps(described) + "\n")
    tokens = [count for _, count in counts]
    print(f"{len(tensors)} pictures, {len(counts)} sizes of {min(tokens)} to {max(tokens)} tokens")


if __name__ == "__main__":
    main()
