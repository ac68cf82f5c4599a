"""A tiny random LLaVA with odd sizes, for golden tests.

    python tools/golden/make_tiny_llava.py --out fixtures/tiny-llava

The weights are scaled until logits have a standard deviation of at least 1, so that a difference of
1e-3 means something; asserted are also that standard and balanced positions differ by at least 0.1
and that another picture changes the last logits.
"""

import argparse
import json
from pathlib import Path

import torch
from schemes import forward
from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration

TOKENS_PER_IMAGE = 9
IMAGE_TOKEN = 91


def make_config() -> LlavaConfig:
    vision = CLIPVisionConfig(
        hidden_size=40,
        intermediate_size=72,
        num_hidden_layers=3,
        num_attention_heads=5,
        image_size=42,
        patch_size=14,
        hidden_act="gelu",
    )
    text = LlamaConfig(
        vocab_size=97,
        hidden_size=48,
        intermediate_size=88,
        num_hidden_layers=3,
        num_attention_heads=6,
        num_key_value_heads=2,
        head_dim=8,
        attention_bias=True,
        mlp_bias=True,
        tie_word_embeddings=False,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
        rope_parameters={"rope_type": "default", "rope_theta": 500.0},
    )
    return LlavaConfig(
        vision_config=vision,
        text_config=text,
        image_token_index=IMAGE_TOKEN,
        image_seq_length=TOKENS_PER_IMAGE,
        vision_feature_layer=-2,
        vision_feature_select_strategy="default",
    )


def example(seed: int) -> dict:
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(3, 90, (1, 24), generator=generator)
    ids[0, 4 : 4 + TOKENS_PER_IMAGE] = IMAGE_TOKEN
    pixels = torch.randn((1, 3, 42, 42), generator=generator)
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids), "pixel_values": pixels}


def randomise(model: LlavaForConditionalGeneration) -> None:
    """Every tensor random, biases and norms included, so that a forgotten one shows."""
    generator = torch.Generator().manual_seed(11)
    for name, weight in sorted(model.named_parameters()):
        noise = torch.randn(weight.shape, generator=generator)
        if "norm" in name and name.endswith("weight"):
            weight.data = 1 + 0.2 * noise
        elif weight.dim() == 1:
            weight.data = 0.2 * noise
        else:
            fan_in = weight[0].numel()
            gain = 2.0 if "q_proj" in name or "k_proj" in name else 1.0
            weight.data = gain * noise / fan_in**0.5
        if "embed_tokens" in name or "_embedding" in name:
            weight.data = noise


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out

    model = LlavaForConditionalGeneration._from_config(make_config(), attn_implementation="eager")
    model.eval()
    randomise(model)
    inputs = example(3)
    while forward(model, inputs, 0.0, TOKENS_PER_IMAGE).std() < 1:
        model.lm_head.weight.mul_(1.25)
    model.half().float()

    standard = forward(model, inputs, 0.0, TOKENS_PER_IMAGE)
    balanced = forward(model, inputs, 1.0, TOKENS_PER_IMAGE)
    other = {**inputs, "pixel_values": example(4)["pixel_values"]}
    repainted = forward(model, other, 0.0, TOKENS_PER_IMAGE)
    shift = (standard - balanced)[:, 13:].abs().max().item()
    change = (standard - repainted)[:, -1].abs().max().item()
    print(f"std {standard.std():.3f}, balanced differs by {shift:.3f}, picture by {change:.3f}")
    assert standard.std() >= 1 and shift >= 0.1 and change >= 0.1

    model.half()
    out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(out)
    weights = (out / "model.safetensors").stat().st_size
    size = {"height": 42, "width": 42}
    processor = {
        "image_processor_type": "CLIPImageProcessor",
        "do_resize": True,
        "size": size,
        "resample": 3,
        "do_center_crop": False,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711],
    }
    (out / "preprocessor_config.json").write_text(json.dumps(processor, indent=2) + "\n")
    print(f"{weights} bytes of weights")


if __name__ == "__main__":
    main()
