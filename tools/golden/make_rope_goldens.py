"""Inverse frequencies as Hugging Face transformers computes them, for each rope scaling we read.

    python tools/golden/make_rope_goldens.py --out fixtures/golden/rope.json
"""

import argparse
import json
from pathlib import Path

from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

CASES = {
    "default": {"rope_type": "default", "rope_theta": 10000.0},
    "another theta": {"rope_type": "default", "rope_theta": 500.0},
    "linear": {"rope_type": "linear", "rope_theta": 10000.0, "factor": 4.0},
    "llama3": {
        "rope_type": "llama3",
        "rope_theta": 500000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    goldens = {}
    for name, parameters in CASES.items():
        config = LlamaConfig(
            hidden_size=512,
            num_attention_heads=4,
            max_position_embeddings=131072,
            rope_parameters=parameters,
        )
        frequencies = LlamaRotaryEmbedding(config).inv_freq.tolist()
        goldens[name] = {"rope_parameters": parameters, "inv_freq": frequencies}
    out.write_text(json.dumps(goldens, indent=1) + "\n")


if __name__ == "__main__":
    main()
