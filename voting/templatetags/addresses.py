"""The tag ``url`` of every template, with addresses that are made once. It stands in the place of Django's own."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as of_django
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape

from accounts.addresses import address_for

register = template.Library()


class AddressNode(URLNode):
    """Renders as Django's own does."""

    def render(self, context: Any) -> str:
        request = getattr(context, "request", None)
        match = getattr(request, "resolver_match", None)
        try:
            address = address_for(
                self.view_name.resolve(context),
                *(each.resolve(context) for each in self.args),
                keywords={name: each.resolve(context) for name, each in self.kwargs.items()},
                current_app=getattr(request, "current_app", getattr(match, "namespace", None)),
            )
        except NoReverseMatch:
            if self.asvar is None:
                raise
            address = ""
        if self.asvar:
            context[self.asvar] = address
            return ""
        return conditional_escape(address) if context.autoescape else address


@register.tag("url")
def address_tag(parser: Parser, token: Token) -> AddressNode:
    """Read the tag as Django does."""
    node = of_django(parser, token)
    return AddressNode(node.view_name, node.args, node.kwargs, node.asvar)
