"""What may be asked: the number of a page and the filters, with the words that refuse anything else."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from voting.domain.after.lights import Light
from voting.states import Became, DeliveryStatus
from voting.views.api.records import Words

SIZE, MOST = 20, 100
_DIGITS = 6  # of a page's number, at most


class Wanted(Words):
    """Marks a filter: one of these words, or empty, which filters nothing."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        word = core_schema.nullable_schema(super().__get_pydantic_core_schema__(source, handler))
        return core_schema.no_info_before_validator_function(lambda text: text or None, word)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "enum": self.words}


def _plain(text: Any) -> Any:
    """Let through nothing but plain digits, and few of them: no sign, no space, no digits of another script."""
    if isinstance(text, str) and not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise ValueError(text)
    return text


class Filters(BaseModel):
    """Which projects of a year are wanted."""

    became: Annotated[str | None, Wanted(Became)] = None
    status: Annotated[str | None, Wanted(DeliveryStatus)] = None
    light: Annotated[str | None, Wanted(Light)] = None


class Paging(BaseModel):
    """Which page of a list is wanted."""

    page: Annotated[int, Field(ge=1, le=10**_DIGITS - 1), BeforeValidator(_plain)] = 1
    page_size: Annotated[int, Field(ge=1, le=MOST), BeforeValidator(_plain)] = SIZE


def refusal_sentence(name: str) -> str:
    """Return what a parameter must be, as the OpenAPI document describes it."""
    rules = {**Filters.model_json_schema()["properties"], **Paging.model_json_schema()["properties"]}
    rule = rules[name]
    if "enum" in rule:
        return f"{name} must be one of: {', '.join(rule['enum'])}."
    return f"{name} must be a whole number from {rule['minimum']} to {rule['maximum']}."
