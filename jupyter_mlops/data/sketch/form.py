"""How sketches are kept: frozen, bytes as base64, infinite numbers as JSON's extension."""

from __future__ import annotations

from pydantic import ConfigDict

FROZEN = ConfigDict(
    frozen=True, ser_json_bytes="base64", val_json_bytes="base64", ser_json_inf_nan="constants"
)
