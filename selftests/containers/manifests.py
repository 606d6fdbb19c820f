#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""manifests.py FILE...: check Kubernetes manifests, and report in TAP.

The schema is the models of the Kubernetes client, which are generated from the
API's OpenAPI description: the fields of each object, their types, which of them
are required, and the values of enumerations.
"""

import copy
import re
import sys

import yaml
from kubernetes import client

BASIC = {"str": str, "int": int, "bool": bool, "float": (int, float)}


def model_of(manifest):
    """The name of the model, or None if the API has no such kind."""
    group, _, version = str(manifest.get("apiVersion")).rpartition("/")
    kind = str(manifest.get("kind"))
    api = (group.partition(".")[0].capitalize() or "Core") + version.capitalize()
    verb = "create_namespaced" + re.sub("([A-Z])", r"_\1", kind).lower()
    if hasattr(getattr(client, api + "Api", None), verb):
        return version.capitalize() + kind
    return None


def errors(value, kind, where):
    """Yield what is wrong with a value, whose type the client names kind."""
    if kind == "object":
        return
    container = re.fullmatch(r"list\[(.*)\]|dict\(str, (.*)\)", kind)
    if container and container[1]:
        if not isinstance(value, list):
            yield f"{where}: not a list"
            return
        for i, item in enumerate(value):
            yield from errors(item, container[1], f"{where}[{i}]")
    elif container:
        if not isinstance(value, dict):
            yield f"{where}: not a map"
            return
        for key, item in value.items():
            yield from errors(item, container[2], f"{where}.{key}")
    elif kind in BASIC:
        # In Python, True is a number.
        if isinstance(value, bool) != (kind == "bool") or \
                not isinstance(value, BASIC[kind]):
            yield f"{where}: {value!r} is no {kind}"
    else:
        yield from model_errors(value, kind, where)


def model_errors(value, kind, where):
    model = getattr(client, kind)
    fields = {json: name for name, json in model.attribute_map.items()}
    if not isinstance(value, dict):
        yield f"{where}: no {kind}"
        return
    for key, item in value.items():
        if key not in fields:
            yield f"{where}: {kind} has no field {key}"
        else:
            yield from errors(item, model.openapi_types[fields[key]],
                              f"{where}.{key}")
    try:
        model(**{fields[key]: item for key, item in value.items()
                 if key in fields})
    except ValueError as e:
        yield f"{where}: {e}"


def check(manifest):
    """What is wrong with a manifest, as a list of strings."""
    kind = model_of(manifest)
    if not kind:
        return [f"{manifest.get('apiVersion')} has no {manifest.get('kind')}"]
    return list(errors(manifest, kind, manifest["kind"]))


def damaged(manifest):
    """Yield names of mistakes, and copies of a DaemonSet that have them."""
    def pod(copied):
        return copied["spec"]["template"]["spec"]

    def change(name, apply):
        copied = copy.deepcopy(manifest)
        apply(copied)
        return name, copied

    yield change("a misspelt field", lambda m: pod(m)["containers"][0].update(
        volumeMount=[]))
    yield change("a missing field", lambda m: m["spec"].pop("selector"))
    yield change("a string for a list", lambda m: pod(m)["containers"][0].update(
        command="hmacdev"))
    yield change("a string for a number", lambda m: pod(m).update(
        terminationGracePeriodSeconds="3"))
    yield change("a string for a truth value", lambda m: pod(m)["containers"][0][
        "securityContext"].update(readOnlyRootFilesystem="yes"))
    yield change("a kind of another group", lambda m: m.update(apiVersion="v1"))


def main(paths):
    results = []
    for path in paths:
        with open(path, encoding="utf-8") as f:
            for m in yaml.safe_load_all(f):
                name = f"{path.rpartition('/')[2]}: {m['kind']}"
                results.append((name, check(m)))
                if m["kind"] == "DaemonSet":
                    results += [(f"{name}: finds {what}",
                                 [] if check(bad) else ["nothing found"])
                                for what, bad in damaged(m)]
    print("TAP version 13")
    for n, (name, wrong) in enumerate(results, 1):
        for line in wrong:
            print("#", line)
        print("not ok" if wrong else "ok", n, name)
    print(f"1..{len(results)}")
    return any(wrong for _, wrong in results)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
