#!/usr/bin/env python3
"""Cuts OpenClaw's configuration schema down to what the platform renders: prune-schema.py SCHEMA RENDERED > PRUNED.

What isn't rendered stays allowed and isn't looked into, so that the stand-in agent refuses unknown keys and wrong values just
where the real program would.
"""
import json
import sys


def prune(schema, values):
    """`values`: what stands at this place in the renderings."""
    if not isinstance(schema, dict):
        return True
    if not values:
        return {"default": schema["default"]} if "default" in schema else True
    kept = {}
    for key, rule in schema.items():
        if key in ("anyOf", "oneOf", "allOf"):
            kept[key] = [prune(each, values) for each in rule]
        elif key == "properties":
            objects = [value for value in values if isinstance(value, dict)]
            kept[key] = {
                name: prune(each, [o[name] for o in objects if name in o]) for name, each in rule.items()
            }
        elif key == "additionalProperties" and isinstance(rule, dict):
            known = schema.get("properties", {})
            objects = [value for value in values if isinstance(value, dict)]
            kept[key] = prune(rule, [v for o in objects for n, v in o.items() if n not in known])
        elif key == "items" and isinstance(rule, dict):
            kept[key] = prune(rule, [each for value in values if isinstance(value, list) for each in value])
        elif key not in ("$schema", "title", "description"):
            kept[key] = rule
    return kept


schema, rendered = (json.load(open(path)) for path in sys.argv[1:3])
json.dump(prune(schema, [rendered]), sys.stdout, separators=(",", ":"), sort_keys=True)
