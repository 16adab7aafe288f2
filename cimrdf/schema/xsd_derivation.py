"""What a type adds to the one it is derived from, in the components that xmlschema has built."""

from __future__ import annotations

from collections.abc import Iterator

from xmlschema.validators import XsdAnyAttribute, XsdAnyElement, XsdAttribute, XsdComplexType, XsdElement, XsdGroup

from cimrdf.namespaces import XSD
from cimrdf.schema.model import Wildcard

_ANY_TYPE = "{" + XSD.rstrip("#") + "}anyType"


def base_of(xsd_type: XsdComplexType) -> XsdComplexType | None:
    """The complex type that a type extends or restricts; None for the ur-type and simple types."""
    base = xsd_type.base_type
    return base if isinstance(base, XsdComplexType) and base.name != _ANY_TYPE else None


def own_group(xsd_type: XsdComplexType) -> XsdGroup | None:
    """The content that a type adds to its base, or all of it where it extends none."""
    content, base = xsd_type.content, base_of(xsd_type)
    if not isinstance(content, XsdGroup):
        return None
    if base is None or xsd_type.derivation != "extension" or (base.is_empty() and not base.mixed):
        return content
    added = list(content)[1:]
    return added[0] if added and isinstance(added[0], XsdGroup) else None


def own_attributes(xsd_type: XsdComplexType) -> tuple[list[XsdAttribute], XsdAnyAttribute | None]:
    """The attributes that a type adds to its base, or all of them where it extends none."""
    base = base_of(xsd_type)
    above = base.attributes if base is not None and xsd_type.derivation == "extension" else {}
    own = [item for name, item in xsd_type.attributes.items() if name is not None and name not in above]
    uses = [item for item in own if isinstance(item, XsdAttribute) and item.use != "prohibited"]
    places = {id(elem): place for place, elem in enumerate(xsd_type.elem.iter())}
    uses.sort(key=lambda item: places.get(id(item.elem), len(places)))  # as written; xmlschema may sort by name
    wildcard, inherited = xsd_type.attributes.get(None), above.get(None)
    if not isinstance(wildcard, XsdAnyAttribute) or not (wildcard.namespace or wildcard.not_namespace):
        return uses, None  # without namespaces it allows nothing: what is left of restricting the ur-type
    if isinstance(inherited, XsdAnyAttribute) and inherited.namespace == wildcard.namespace:
        return uses, None if inherited.process_contents == wildcard.process_contents else wildcard
    return uses, wildcard


def leaves_of(group: XsdGroup) -> Iterator[XsdElement | XsdAnyElement]:
    """Element particles and wildcards in document order."""
    for item in group:
        if item.max_occurs == 0:
            continue
        if isinstance(item, XsdGroup):
            yield from leaves_of(item)
        elif isinstance(item, (XsdElement, XsdAnyElement)):
            yield item


def make_wildcard(item: XsdAnyElement | XsdAnyAttribute, term: str, target: str) -> Wildcard:
    """The content model of a wildcard in a type of the target namespace."""
    words = {"": "##local", target: "##targetNamespace"} if target else {"": "##local"}
    namespaces = " ".join(sorted(words.get(namespace, namespace) for namespace in item.namespace))
    if item.not_namespace:
        namespaces = "##other"
    if isinstance(item, XsdAnyElement):
        return Wildcard(term, namespaces, item.process_contents, item.min_occurs, item.max_occurs)
    return Wildcard(term, namespaces, item.process_contents)
