"""Golden outputs of Hugging Face transformers for a LLaVA folder.

    python tools/golden/make_goldens.py --model fixtures/tiny-llava --out fixtures/golden/tiny-llava
    python tools/golden/make_goldens.py --model public/models/emoji-llava \
        --out fixtures/golden/emoji-llava --picture fixtures/resize/grid-504x504-in.png

Each case is a folder with `in.safetensors` (what the HF processor gives: input_ids, attention_mask,
pixel_values) and `golden.safetensors`:
    image_features            float32 [pictures, tokens, hidden]
    position_ids.<scheme>     float32 [b, s]
    logits_index              int64 [m]: which positions the logits are of
    logits.<scheme>           float32 [b, m, vocab]
    logits_columns.<scheme>   float32 [b, s, ceil(vocab / 32)]: every position, each 32nd token
    weight_sha256             uint8 [32]: of model.safetensors, so that stale goldens are noticed
    greedy.<scheme>           int64 [b, 8]: each row on its own, the mask passed
A folder with a tokenizer gets one case, the probe prompt, and full logits of the last 8 positions
only, which keeps the file small. One without gets random ids: batches padded on either side, two
pictures apart and two adjacent, and full logits everywhere.
"""

import argparse
import hashlib
import json
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import save_file
from schemes import STRENGTHS, batch_positions, forward, greedy
from transformers import AutoTokenizer, LlavaForConditionalGeneration
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

PROMPT = (
    "Determine if there is a sub-image in the given image that matches the text following.\n"
    "Text: {caption}\n"
    "The answer should only contain 'Yes' or 'No', without reasoning process.\n"
)


def random_cases(config, per_image: int) -> dict[str, dict]:
    """Rows as strings of T (text) and I (a whole image), padded on the named side."""
    plans = {
        "right-padded": (["TTTIITTTTT", "TITTT"], "right"),
        "left-padded": (["TTTTITTTT", "TIT"], "left"),
        "two-images": (["TTITTTITTTT"], "right"),
        "adjacent-images": (["TTTIITTTT"], "right"),
    }
    generator = torch.Generator().manual_seed(5)
    side = config.vision_config.image_size
    cases = {}
    for name, (rows, padding) in plans.items():
        sequences = []
        for row in rows:
            ids: list[int] = []
            for kind in row:
                text = int(torch.randint(3, 90, (1,), generator=generator))
                ids += [config.image_token_index] * per_image if kind == "I" else [text]
            sequences.append(ids)
        length = max(map(len, sequences))
        input_ids = torch.zeros((len(rows), length), dtype=torch.int64)
        mask = torch.zeros_like(input_ids)
        for row, ids in enumerate(sequences):
            where = slice(0, len(ids)) if padding == "right" else slice(length - len(ids), length)
            input_ids[row, where] = torch.tensor(ids)
            mask[row, where] = 1
        pictures = sum(row.count("I") for row in rows)
        pixels = torch.randn((pictures, 3, side, side), generator=generator)
        cases[name] = {"input_ids": input_ids, "attention_mask": mask, "pixel_values": pixels}
    return cases


def probe_case(folder: Path, config, per_image: int, picture: Path, caption: str) -> dict[str, dict]:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    processor = CLIPImageProcessorPil(**json.loads((folder / "preprocessor_config.json").read_text()))
    message = [
        {
            "role": "user",
            "content": [
                {"type": "image"},
                {"type": "text", "text": PROMPT.format(caption=caption)},
            ],
        }
    ]
    text = tokenizer.apply_chat_template(message, tokenize=False, add_generation_prompt=True)
    image_token = tokenizer.convert_ids_to_tokens(config.image_token_index)
    encoded = tokenizer(text.replace(image_token, image_token * per_image), return_tensors="pt")
    pixels = processor(Image.open(picture), return_tensors="np")["pixel_values"]
    return {
        "probe": {
            "input_ids": encoded["input_ids"],
            "attention_mask": encoded["attention_mask"],
            "pixel_values": torch.tensor(pixels, dtype=torch.float32),
        }
    }


def golden(model, inputs: dict, per_image: int, last: int | None) -> dict[str, torch.Tensor]:
    length = inputs["input_ids"].shape[1]
    first = 0 if last is None else length - last
    out = {"logits_index": torch.arange(first, length)}
    with torch.no_grad():
        features = model.get_image_features(inputs["pixel_values"]).pooler_output
    out["image_features"] = torch.stack(list(features))
    for scheme, strength in STRENGTHS.items():
        logits = forward(model, inputs, strength, per_image)
        out[f"position_ids.{scheme}"] = batch_positions(
            inputs["input_ids"],
            inputs["attention_mask"],
            strength,
            model.config.image_token_index,
            per_image,
        )
        out[f"logits.{scheme}"] = logits[:, first:].contiguous()
        out[f"logits_columns.{scheme}"] = logits[:, :, ::32].contiguous()
        out[f"greedy.{scheme}"] = greedy(model, inputs, strength, per_image, steps=8)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--caption", default="red apple")
    options = parser.parse_args()

    model = LlavaForConditionalGeneration.from_pretrained(
        options.model, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    config = model.config
    vision = config.vision_config
    per_image = (vision.image_size // vision.patch_size) ** 2
    if (options.model / "tokenizer.json").exists():
        cases = probe_case(options.model, config, per_image, options.picture, options.caption)
        last = 8
    else:
        cases, last = random_cases(config, per_image), None

    digest = hashlib.sha256((options.model / "model.safetensors").read_bytes()).digest()
    for name, inputs in cases.items():
        out = {"weight_sha256": torch.tensor(list(digest), dtype=torch.uint8)}
        out |= golden(model, inputs, per_image, last)
        folder = options.out / name
        folder.mkdir(parents=True, exist_ok=True)
        save_file(inputs, folder / "in.safetensors")
        save_file(out, folder / "golden.safetensors")
        difference = (out["logits.standard"] - out["logits.balanced"]).abs().max().item()
        print(
            f"{name}: {tuple(inputs['input_ids'].shape)} tokens, logit std "
            f"{out['logits.standard'].std():.2f}, balanced differs by {difference:.3f}, "
            f"greedy {out['greedy.standard'].tolist()} / {out['greedy.balanced'].tolist()}"
        )


if __name__ == "__main__":
    main()
