"""Every namespace prefix that the project's own data and output use, once."""

from __future__ import annotations

BASE = "https://w3id.org/cimrdf/"

MODEL = BASE + "model#"
MAP = BASE + "map#"
VALUES = BASE + "values#"

XSD = "http://www.w3.org/2001/XMLSchema#"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SH = "http://www.w3.org/ns/shacl#"
SSSOM = "https://w3id.org/sssom/"
SEMAPV = "https://w3id.org/semapv/vocab/"
DCTERMS = "http://purl.org/dc/terms/"
SAWSDL = "http://www.w3.org/ns/sawsdl#"
CIMS = "http://iec.ch/TC57/1999/rdf-schema-extensions-19990926#"
UML = "http://langdale.com.au/2005/UML#"

RDF_TYPE = RDF + "type"

#: Prefixes preset in every query, every rule and every Turtle file that the project writes.
PREFIXES: dict[str, str] = {
    "model": MODEL,
    "map": MAP,
    "values": VALUES,
    "class": BASE + "alignments/classes#",
    "row": BASE + "alignments/",
    "cim-2009": BASE + "cim-2009#",
    "cim-2011-draft": BASE + "cim-2011-draft#",
    "cim-2013": BASE + "cim-2013#",
    "multispeak-4.1": BASE + "multispeak-4.1#",
    "multispeak-4.1-cpsm": BASE + "multispeak-4.1/cpsm#",
    "multispeak-5.0": BASE + "multispeak-5.0#",
    "multispeak-5.0-common-types": BASE + "multispeak-5.0/common-types#",
    "iec61968-100": BASE + "iec61968-100#",
    "soap-1.1": BASE + "soap-1.1#",
    "soap-1.2": BASE + "soap-1.2#",
    "xsd": XSD,
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "skos": SKOS,
    "sh": SH,
    "sssom": SSSOM,
    "semapv": SEMAPV,
    "dcterms": DCTERMS,
    "sawsdl": SAWSDL,
    "cims": CIMS,
    "cim14": "http://iec.ch/TC57/2009/CIM-schema-cim14#",
    "cim15": "http://iec.ch/TC57/2010/CIM-schema-cim15#",
    "cim100": "http://iec.ch/TC57/CIM100#",
    "cim101-draft": "http://cim.ucaiug.io/CIM101/draft#",
}


def compact(iri: str) -> str:
    """Shorten an IRI by the longest preset prefix; IRIs under none come back whole.

    >>> compact("https://w3id.org/cimrdf/cim-2013#Reading.value")
    'cim-2013:Reading.value'
    """
    best = max((p for p, n in PREFIXES.items() if iri.startswith(n)), key=lambda p: len(PREFIXES[p]), default=None)
    return iri if best is None else f"{best}:{iri[len(PREFIXES[best]) :]}"


def expand(name: str) -> str:
    """Turn a prefixed name into an IRI; anything else comes back as it is.

    >>> expand("skos:exactMatch")
    'http://www.w3.org/2004/02/skos/core#exactMatch'
    """
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local if prefix in PREFIXES else name
