"""The table of tiny families."""

import family_gemma
import family_llava_next
import family_qwen

ALL = (
    family_qwen.QWEN25,
    family_gemma.GEMMA3,
    family_llava_next.MISTRAL,
    family_llava_next.LLAMA_3,
    family_qwen.QWEN2,
    family_llava_next.VICUNA_15,
)
FAMILIES = {family.name: family for family in ALL}
