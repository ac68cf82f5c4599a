"""How text reads an image, by Hugging Face's eager attentions, for golden cases that are there.

    python tools/golden/make_attention.py

writes `fixtures/golden/<model>/<case>/attention.safetensors` beside each `in.safetensors`, of the
checkpoints in `fixtures` and of `public/models/emoji-llava`. Inputs and position ids are the case's own.
README.md says what is stored.

Asserted here: the shares of every map sum up to 1, and in each case balanced positions move some map by
at least a hundredth of its largest value.
"""

import argparse
import json
from pathlib import Path

import torch
from positions import STRENGTHS
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForImageTextToText
from transformers.utils import logging

CHANGES = "config-changes.json"


def load(folder: Path, case: Path):
    config = AutoConfig.from_pretrained(folder)
    if (case / CHANGES).exists():
        for section, fields in json.loads((case / CHANGES).read_text()).items():
            for field, value in fields.items():
                setattr(getattr(config, section), field, value)
    return AutoModelForImageTextToText.from_pretrained(
        folder, config=config, dtype=torch.float32, attn_implementation="eager"
    ).eval()


def image_token(config) -> int:
    return getattr(config, "image_token_index", None) or config.image_token_id


@torch.no_grad()
def attentions(model, inputs: dict[str, torch.Tensor], positions: torch.Tensor) -> torch.Tensor:
    """float32 [layers, b, heads, s, s]. `Gemma3ForConditionalGeneration` does not read the cap itself."""
    cap = getattr(model.config.get_text_config(), "attn_logit_softcapping", None)
    more = {} if cap is None else {"softcap": cap}
    outputs = model(
        **inputs, position_ids=positions, use_cache=False, output_attentions=True, **more
    )
    return torch.stack(outputs.attentions)


def reading_rows(ids: torch.Tensor, image: int) -> list[int]:
    """Text tokens behind the last image, but the last token; none without an image."""
    places = (ids == image).nonzero().flatten().tolist()
    return list(range(places[-1] + 1, len(ids) - 1)) if places else []


def make_case(model, case: Path) -> dict[str, torch.Tensor]:
    inputs = load_file(case / "in.safetensors")
    golden = load_file(case / "golden.safetensors")
    mask = inputs["attention_mask"].bool()
    out = {"weight_sha256": golden["weight_sha256"]}
    for scheme in STRENGTHS:
        weights = attentions(model, inputs, golden[f"position_ids.{scheme}"])
        for row, valid in enumerate(mask):
            rows = reading_rows(inputs["input_ids"][row][valid], image_token(model.config))
            if not rows:
                continue
            square = weights[:, row][:, :, valid][:, :, :, valid]
            out[f"rows.{row}"] = torch.tensor(rows)
            out[f"attention.{scheme}.{row}"] = square[:, :, rows].mean(2).contiguous()
    return out


def check(name: str, out: dict[str, torch.Tensor]) -> None:
    maps = {key: value for key, value in out.items() if key.startswith("attention.")}
    off = max((value.sum(-1) - 1).abs().max().item() for value in maps.values())
    moved = max(
        (value - maps[key.replace("standard", "balanced")]).abs().max().item() / value.max().item()
        for key, value in maps.items()
        if ".standard." in key
    )
    shapes = sorted({tuple(value.shape) for value in maps.values()})
    print(f"{name}: maps {shapes}, sums off by {off:.0e}, balanced moves {moved:.2f} of the largest")
    assert off < 1e-5 and moved >= 0.01, name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--golden", type=Path, default=Path("fixtures/golden"))
    parser.add_argument("--out", type=Path, help="another folder than --golden")
    options = parser.parse_args()
    logging.disable_progress_bar()
    size = 0
    for case in sorted(path.parent for path in options.golden.glob("*/*/in.safetensors")):
        name = case.parent.name
        folder = Path("fixtures") / name
        if not folder.exists():
            folder = Path("public/models") / name
        outputs = make_case(load(folder, case), case)
        check(f"{name}/{case.name}", outputs)
        target = (options.out or options.golden) / name / case.name / "attention.safetensors"
        target.parent.mkdir(parents=True, exist_ok=True)
        save_file(outputs, target)
        size += target.stat().st_size
    print(f"{size} bytes in all")


if __name__ == "__main__":
    main()
