"""Pixels and token ids of Hugging Face's processors, with the settings of the published kinds.

    python tools/golden/make_processors.py --out fixtures/processors

The image processors are the PIL-based ones at the published sizes; the tokenizers are those of the
tiny families, with the published chat formats. Writes the pictures (`<picture>-<width>x<height>.png`)
and for each processor
    <name>.json          its settings as published, and each case's pictures, messages and rendered text
    <name>.safetensors   for each case
        input_ids.<case>         int64 [s], image tokens in full
        token_type_ids.<case>    int64 [s], Gemma 3: 1 for image tokens
        image_grid_thw.<case>    int64 [pictures, 3], Qwen
        image_sizes.<case>       int64 [pictures, 2], LLaVA-NeXT: height and width
        pixel_shape.<case>       int64: the shape of the processor's pixel_values
        pixel_sample.<case>      float16: pixel_values at indices 0, `sample`, 2 `sample`, ... of both of
                                 the last two axes (rows and columns; Qwen: patches and their values)
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from families import FAMILIES
from PIL import Image, ImageDraw
from safetensors.torch import save_file
from tiny_tokenizers import build
from transformers import (
    Gemma3Processor,
    LlavaNextProcessor,
    LlavaProcessor,
    ProcessorMixin,
    Qwen2_5_VLProcessor,
    Qwen2VLProcessor,
)
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.gemma3.image_processing_pil_gemma3 import Gemma3ImageProcessorPil
from transformers.models.llava_next.image_processing_pil_llava_next import LlavaNextImageProcessorPil
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

CLIP_COLOURS = {
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
}
CROP_336 = {
    "do_resize": True,
    "size": {"shortest_edge": 336},
    "resample": 3,
    "do_center_crop": True,
    "crop_size": {"height": 336, "width": 336},
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "do_convert_rgb": True,
    **CLIP_COLOURS,
}
PINPOINTS = [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]
ANYRES = {**CROP_336, "do_pad": True, "image_grid_pinpoints": PINPOINTS}
SMART = {
    "min_pixels": 3136,
    "max_pixels": 12845056,
    "patch_size": 14,
    "temporal_patch_size": 2,
    "merge_size": 2,
    **CLIP_COLOURS,
}
SIGLIP = {
    "do_resize": True,
    "size": {"height": 896, "width": 896},
    "resample": 2,
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
    "do_convert_rgb": None,
    "do_pan_and_scan": None,
}
PATCHES = {"patch_size": 14, "num_additional_image_tokens": 1, "vision_feature_select_strategy": "default"}
LLAVA = {"image_token": "<image>", **PATCHES}


def without_videos(processor_class: type) -> type:
    """The processor as it is, less the video processor, which needs torchvision."""

    class Pictures(processor_class):
        def __init__(self, image_processor=None, tokenizer=None, chat_template=None):
            self.image_token = tokenizer.image_token
            self.image_token_id = tokenizer.image_token_id
            self.video_token = tokenizer.video_token
            self.video_token_id = tokenizer.video_token_id
            ProcessorMixin.__init__(self, image_processor, tokenizer, chat_template=chat_template)

    Pictures.__name__ = processor_class.__name__
    return Pictures


# Name: tiny family, image processor, its settings, processor, its settings, `sample`.
PROCESSORS = {
    "llava-1.5": ("tiny-llava-1.5-vicuna", CLIPImageProcessorPil, CROP_336, LlavaProcessor, LLAVA, 7),
    "llava-next-mistral": (
        "tiny-llava-next-mistral",
        LlavaNextImageProcessorPil,
        ANYRES,
        LlavaNextProcessor,
        LLAVA,
        11,
    ),
    "llava-next-llama3": (
        "tiny-llava-next-llama3",
        LlavaNextImageProcessorPil,
        ANYRES,
        LlavaNextProcessor,
        LLAVA,
        23,
    ),
    "qwen2.5-vl": ("tiny-qwen2.5-vl", Qwen2VLImageProcessorPil, SMART, without_videos(Qwen2_5_VLProcessor), {}, 7),
    "qwen2-vl-limited": (
        "tiny-qwen2-vl",
        Qwen2VLImageProcessorPil,
        {**SMART, "min_pixels": 20 * 28 * 28, "max_pixels": 30 * 28 * 28},
        without_videos(Qwen2VLProcessor),
        {},
        5,
    ),
    "gemma3": (
        "tiny-gemma3",
        Gemma3ImageProcessorPil,
        SIGLIP,
        Gemma3Processor,
        {"image_seq_length": 256},
        17,
    ),
}
QUESTION = "What is shown in this picture?"
CASES = {
    "one": [("image", "wide"), ("text", QUESTION)],
    "two": [("image", "tall"), ("text", "Text: red apple\n"), ("image", "large"), ("text", "Compare both pictures.")],
    "small": [("text", "Yes or No: "), ("image", "small")],
}
SIZES = {"wide": (157, 89), "tall": (130, 205), "large": (1201, 902), "small": (41, 30)}


def draw(name: str) -> Image.Image:
    """Slopes, hard edges and, where the file stays small, a patch of noise."""
    width, height = SIZES[name]
    y, x = np.mgrid[0:height, 0:width]
    red = 255 * x // max(width - 1, 1)
    green = 255 * y // max(height - 1, 1)
    image = Image.fromarray(np.stack([red, green, 255 - red], axis=-1).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    pen.ellipse((width // 9, height // 7, width // 2, height // 2), fill=(240, 220, 30))
    pen.rectangle((width // 2, height // 2, width - width // 8, height - height // 9), fill=(20, 40, 200))
    pen.line((0, height - 1, width - 1, 0), fill=(0, 0, 0), width=2)
    side = min(width, height) // 4
    noise = np.random.default_rng(3).integers(0, 256, (side, side, 3), dtype=np.uint8)
    if name != "large":
        image.paste(Image.fromarray(noise), (width - side - 3, 2))
    return image


def file_name(picture: str) -> str:
    width, height = SIZES[picture]
    return f"{picture}-{width}x{height}.png"


def message(parts: list[tuple[str, str]]) -> list[dict]:
    content = [{"type": "image"} if kind == "image" else {"type": "text", "text": text} for kind, text in parts]
    return [{"role": "user", "content": content}]


def thin(pixels: torch.Tensor, step: int) -> torch.Tensor:
    return pixels[..., ::step, ::step].contiguous().half()


def process(name: str, pictures: dict[str, Image.Image], out: Path) -> None:
    family, image_class, settings, processor_class, more, step = PROCESSORS[name]
    tokenizer = build(FAMILIES[family].form)
    template = tokenizer.chat_template
    images = {"image_processor": image_class(**settings), "tokenizer": tokenizer}
    processor = processor_class(**images, chat_template=template, **more)
    tensors, cases = {}, {}
    for case, parts in CASES.items():
        used = [text for kind, text in parts if kind == "image"]
        rendered = processor.apply_chat_template(message(parts), add_generation_prompt=True)
        begun = tokenizer.bos_token is not None and rendered.startswith(tokenizer.bos_token)
        made = processor(
            images=[pictures[picture] for picture in used],
            text=rendered,
            return_tensors="pt",
            add_special_tokens=not begun,
        )
        cases[case] = {
            "pictures": [file_name(picture) for picture in used],
            "messages": message(parts),
            "rendered": rendered,
        }
        for field in ("input_ids", "token_type_ids"):
            if field in made:
                tensors[f"{field}.{case}"] = made[field][0].long()
        for field in ("image_grid_thw", "image_sizes"):
            if field in made:
                tensors[f"{field}.{case}"] = torch.as_tensor(made[field]).long()
        pixels = torch.as_tensor(made["pixel_values"])
        tensors[f"pixel_shape.{case}"] = torch.tensor(pixels.shape)
        tensors[f"pixel_sample.{case}"] = thin(pixels, step)
        print(f"{name}, {case}: {tensors[f'input_ids.{case}'].shape[0]} tokens, pixels {tuple(pixels.shape)}")
    image_type = image_class.__name__.removesuffix("Pil")
    description = {
        "tokenizer": f"fixtures/{family}",
        "preprocessor_config": {"image_processor_type": image_type, **settings},
        "processor_config": {"processor_class": processor_class.__name__, **more},
        "sample": step,
        "cases": cases,
    }
    (out / f"{name}.json").write_text(json.dumps(description, indent=2) + "\n")
    save_file(tensors, out / f"{name}.safetensors")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    pictures = {name: draw(name) for name in SIZES}
    for name, image in pictures.items():
        image.save(out / file_name(name), optimize=True)
    for name in PROCESSORS:
        process(name, pictures, out)


if __name__ == "__main__":
    main()
