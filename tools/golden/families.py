"""The table of tiny families."""

import family_gemma
import family_qwen

FAMILIES = {
    family.name: family
    for family in (family_qwen.QWEN25, family_gemma.GEMMA3, family_qwen.QWEN2)
}
