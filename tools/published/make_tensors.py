"""Names and shapes of the tensors that the published checkpoints hold.

    python tools/published/make_tensors.py [--check] [data/published/<owner>--<name> ...]

Builds the Hugging Face class of each `config.json` on the meta device (no weights, a second each)
and writes `tensors.json` beside it. The checkpoints were saved by transformers 4.36 to 4.50, whose
modules had other names than those of transformers 5; `published_name` maps either generation's
names to the published ones, so the recipe gives the same files with both (seen with 4.50.0 and
5.23.0).
"""

import argparse
import json
import re
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForImageTextToText

ROOT = Path("data/published")
DTYPES = {"bfloat16": "BF16", "float16": "F16"}
BYTES = {"BF16": 2, "F16": 2}

QWEN = [
    (r"^model\.visual\.", "visual."),
    (r"^model\.language_model\.", "model."),
]
LLAVA = [
    (r"^model\.language_model\.", "language_model.model."),
    (r"^lm_head\.", "language_model.lm_head."),
    (r"^model\.(vision_tower|multi_modal_projector|image_newline)\b", r"\1"),
    (r"^vision_tower\.(?!vision_model\.)", "vision_tower.vision_model."),
]
PREFIXES = {
    "qwen2_vl": QWEN,
    "qwen2_5_vl": QWEN,
    "gemma3": LLAVA,
    "llava": LLAVA,
    "llava_next": LLAVA,
}
STACK = re.compile(r"\.(layers|blocks)\.(\d+)\.")


def published_name(name: str, model_type: str) -> str:
    for pattern, replacement in PREFIXES[model_type]:
        name = re.sub(pattern, replacement, name)
    return name


def meta_model(config: dict) -> torch.nn.Module:
    settings = {key: value for key, value in config.items() if key != "model_type"}
    with torch.device("meta"):
        model = AutoModelForImageTextToText.from_config(
            AutoConfig.for_model(config["model_type"], **settings)
        )
    model.tie_weights()
    return model


def shapes(config: dict) -> dict[str, list[int]]:
    """Published name -> shape. safetensors stores one of two tied tensors: no tied head."""
    model = meta_model(config)
    head = model.get_output_embeddings().weight
    tied = head is model.get_input_embeddings().weight
    found = {
        published_name(name, config["model_type"]): list(tensor.shape)
        for name, tensor in model.state_dict().items()
    }
    if tied:
        found = {name: found[name] for name in found if not name.endswith("lm_head.weight")}
    return dict(sorted(found.items(), key=lambda item: sort_key(item[0])))


def sort_key(name: str) -> tuple:
    return tuple(int(part) if part.isdigit() else part for part in re.split(r"\.(\d+)\.", name))


def fold(tensors: dict[str, list[int]]) -> list[dict]:
    """One row for each stack of layers: `{layer}` stands for 0 to count - 1."""
    rows: dict[str, dict] = {}
    layers: dict[str, list[int]] = {}
    for name, shape in tensors.items():
        at = STACK.search(name)
        folded = STACK.sub(r".\1.{layer}.", name)
        row = rows.setdefault(folded, {"name": folded, "shape": shape})
        if row["shape"] != shape:
            raise ValueError(f"{name} has shape {shape}, its sisters have {row['shape']}.")
        if at:
            layers.setdefault(folded, []).append(int(at.group(2)))
    for folded, found in layers.items():
        if sorted(found) != list(range(len(found))):
            raise ValueError(f"{folded} names the layers {sorted(found)}, which leave a gap.")
        rows[folded] = {"name": folded, "count": len(found), "shape": rows[folded]["shape"]}
    return list(rows.values())


def describe(config: dict) -> dict:
    tensors = shapes(config)
    dtype = DTYPES[config["torch_dtype"]]
    parameters = sum(torch.Size(shape).numel() for shape in tensors.values())
    return {
        "dtype": dtype,
        "count": len(tensors),
        "parameters": parameters,
        "bytes": parameters * BYTES[dtype],
        "tensors": fold(tensors),
    }


def text(found: dict) -> str:
    """JSON with one tensor on each line."""
    rows = ",\n".join("    " + json.dumps(row) for row in found["tensors"])
    head = json.dumps({key: value for key, value in found.items() if key != "tensors"}, indent=2)
    return head[: -len("\n}")] + ',\n  "tensors": [\n' + rows + "\n  ]\n}\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    options = parser.parse_args()
    for folder in options.folders or sorted(path for path in ROOT.iterdir() if path.is_dir()):
        found = describe(json.loads((folder / "config.json").read_text()))
        path = folder / "tensors.json"
        print(f"{folder.name}: {found['count']} tensors, {found['parameters']:,} parameters")
        if not options.check:
            path.write_text(text(found))
        elif path.read_text() != text(found):
            raise SystemExit(f"{path} differs from what this recipe gives; run it without --check.")


if __name__ == "__main__":
    main()
