"""Golden outputs of the Hugging Face (PIL-based) CLIP image processor for the pixel path.

    python tools/golden/make_resize_goldens.py --out fixtures/resize

Writes for each case `<name>-in.png` (the picture), `<name>-resized.png` (uint8 after the bicubic
resize, exactly what the processor rescales) and `<name>.safetensors` with `pixel_values_every_7th`:
float32 `[3, 24, 24]`, the processor's pixel_values at rows and columns 0, 7, 14, ...
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from safetensors.numpy import save_file
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

SIZE = 168
MEAN = [0.48145466, 0.4578275, 0.40821073]
STD = [0.26862954, 0.26130258, 0.27577711]


def grid_picture() -> Image.Image:
    """A white 504x504 probe grid: flat shapes with hard edges, a gradient and one cell of noise."""
    random = np.random.default_rng(7)
    image = Image.new("RGB", (504, 504), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((10, 14, 150, 160), fill=(208, 32, 40), outline=(0, 0, 0), width=3)
    draw.polygon([(250, 20), (320, 150), (180, 140)], fill=(250, 200, 20))
    draw.rectangle((351, 13, 490, 155), fill=(20, 90, 200))
    for x in range(168):
        draw.line((x, 168, x, 335), fill=(x, 255 - x, 128))
    for step in range(0, 160, 3):
        draw.line((176 + step, 176, 336, 176 + step), fill=(0, 0, 0))
    noise = random.integers(0, 256, (120, 120, 3), dtype=np.uint8)
    image.paste(Image.fromarray(noise), (360, 192))
    draw.text((30, 380), "Determine if there is\na sub-image", fill=(0, 0, 0))
    draw.ellipse((200, 360, 300, 480), fill=(30, 160, 60))
    draw.rectangle((420, 420, 422, 480), fill=(255, 0, 255))
    return image


def odd_picture() -> Image.Image:
    """211x137: enlarged on one axis and reduced on the other by a ratio that is no whole number."""
    y, x = np.mgrid[0:137, 0:211]
    red = 127.5 + 127.5 * np.sin(x / 5.0)
    green = 127.5 + 127.5 * np.cos(y / 3.0 + x / 11.0)
    blue = 255.0 * (((x // 9) + (y // 7)) % 2)
    return Image.fromarray(np.stack([red, green, blue], axis=-1).round().astype(np.uint8))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)

    size = {"height": SIZE, "width": SIZE}
    processor = CLIPImageProcessorPil(
        size=size, do_center_crop=False, image_mean=MEAN, image_std=STD, resample=3
    )
    for name, image in (("grid-504x504", grid_picture()), ("odd-211x137", odd_picture())):
        resized = image.resize((SIZE, SIZE), Image.Resampling.BICUBIC)
        values = processor(image, return_tensors="np")["pixel_values"][0]
        uint8 = np.asarray(resized, dtype=np.float64)
        expected = ((uint8 / 255 - MEAN) / STD).transpose(2, 0, 1)
        difference = np.abs(values - expected).max()
        assert values.shape == (3, SIZE, SIZE) and difference < 1e-5, (values.shape, difference)
        image.save(out / f"{name}-in.png", optimize=True)
        resized.save(out / f"{name}-resized.png", optimize=True)
        sample = np.ascontiguousarray(values[:, ::7, ::7], dtype=np.float32)
        save_file({"pixel_values_every_7th": sample}, out / f"{name}.safetensors")
        print(name, values.shape, "processor against PIL:", difference)


if __name__ == "__main__":
    main()
