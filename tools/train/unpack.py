"""Makes stage 1's checkpoint again from an exported model, to train decoders without stage 1.

The exported projector has the whitening of its outputs folded in already; a fresh
decoder's stage 2 whitens once more, which changes next to nothing. Weights are float16 in the export,
so what is made here differs from what was trained by that rounding.
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file

from data import read_names
from tower import Tower, TowerConfig


def position_parts(table: torch.Tensor, tower: Tower) -> dict[str, torch.Tensor]:
    """CLIP's position table [145, d] taken apart into the tower's sums of cell and place within the cell."""
    patches = table[1:]
    inner = torch.stack([patches[tower.inner_of == n].mean(0) for n in range(16)])
    cell = torch.stack([(patches[tower.cell_of == n] - inner[tower.inner_of[tower.cell_of == n]]).mean(0) for n in range(9)])
    return {"class_position": table[0], "cell_position": cell, "inner_position": inner}


def tower_state(tensors: dict[str, torch.Tensor], tower: Tower) -> dict[str, torch.Tensor]:
    """The state of `Tower` from the tensors of a Hugging Face LLaVA folder."""
    v = "vision_tower.vision_model."
    state = {
        "patch_embedding.weight": tensors[v + "embeddings.patch_embedding.weight"].flatten(1),
        "class_embedding": tensors[v + "embeddings.class_embedding"],
        "pre_layernorm.weight": tensors[v + "pre_layrnorm.weight"],
        "pre_layernorm.bias": tensors[v + "pre_layrnorm.bias"],
        **position_parts(tensors[v + "embeddings.position_embedding.weight"], tower),
    }
    for i in range(tower.cfg.layers):
        at = f"{v}encoder.layers.{i}."
        for kind in ("weight", "bias"):
            state[f"blocks.{i}.qkv.{kind}"] = torch.cat([tensors[f"{at}self_attn.{part}_proj.{kind}"] for part in "qkv"])
            for ours, theirs in (("out_proj", "self_attn.out_proj"), ("layer_norm1", "layer_norm1"), ("layer_norm2", "layer_norm2"), ("fc1", "mlp.fc1"), ("fc2", "mlp.fc2")):
                state[f"blocks.{i}.{ours}.{kind}"] = tensors[f"{at}{theirs}.{kind}"]
    for part in ("linear_1", "linear_2"):
        for kind in ("weight", "bias"):
            state[f"{part}.{kind}"] = tensors[f"multi_modal_projector.{part}.{kind}"]
    return state


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--model", required=True, help="an exported folder")
    p.add_argument("--names", required=True, help="the names that stage 1 was trained on")
    p.add_argument("--out", required=True, help="where tower.pt is written")
    a = p.parse_args()
    tensors = {name: tensor.float() for name, tensor in load_file(Path(a.model) / "model.safetensors").items()}
    cfg = TowerConfig()
    tower = Tower(cfg)
    tower.load_state_dict(tower_state(tensors, tower))
    table = tensors["vision_tower.vision_model.embeddings.position_embedding.weight"]
    print(f"positions differ by {(tower.positions() - table).abs().max():.1e} (float16 weights)")
    Path(a.out).mkdir(parents=True, exist_ok=True)
    torch.save({"tower": tower.state_dict(), "config": cfg.as_dict(), "names": read_names(a.names)}, Path(a.out) / "tower.pt")


if __name__ == "__main__":
    main()
