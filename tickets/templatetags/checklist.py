"""The checklist on the admin's first page."""

from django import template

from tickets.operations import checklist

register = template.Library()


@register.inclusion_tag("admin/_checklist.html")
def first_half_hour():
    steps = checklist.steps()
    return {"steps": steps, "done": sum(step.done for step in steps)}
