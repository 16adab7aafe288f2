"""Derived artefacts: the rules of a pair as files of SPARQL queries, for anyone's triple store."""

from __future__ import annotations

from cimrdf.alignment.compose import Composer
from cimrdf.alignment.rows import HEADER, LEFT, RIGHT, Pair, load_pair
from cimrdf.alignment.rules import Rule, derive_rules
from cimrdf.namespaces import compact
from cimrdf.schema.catalogue import Catalogue, load_catalogue

DIVIDER = "# ---"


def rule_files(pair: str) -> dict[str, str]:
    """The rules of a pair: file name (`MeterReadings.to-cim.rq`) to text.

    Raises:
        RowError: a row cannot be read.
        Refused: there is no such pair.
    """
    catalogue = load_catalogue()
    composer = Composer(load_pair(pair), catalogue)
    files = {}
    for profile in composer.names:
        for side in (RIGHT, LEFT):
            rules = _own_rules(composer, profile, side)
            if rules:
                name = _direction(composer.pair, side, catalogue)
                files[f"{profile}.to-{name}.rq"] = _text(rules, composer.pair, profile, side)
    return files


def _own_rules(composer: Composer, profile: str, side: str) -> list[Rule]:
    """The rules of a profile's own rows; those of the message level have their own file, but take part in rivalries."""
    above = composer.profile(HEADER) if HEADER in composer.names and profile != HEADER else ()
    derived = derive_rules([*above, *composer.profile(profile)], composer.pair, side)
    return [rule for rule in derived if rule.placed.profile == profile]


def _direction(pair: Pair, side: str, catalogue: Catalogue) -> str:
    """The family of the version that is written; the version itself where both are of one family."""
    versions = catalogue.versions
    version = pair.right if side == RIGHT else pair.left
    return version if versions[pair.left].family == versions[pair.right].family else versions[version].family


def _text(rules: list[Rule], pair: Pair, profile: str, side: str) -> str:
    source, target = (pair.left, pair.right) if side == RIGHT else (pair.right, pair.left)
    head = (
        f"# {profile}, {source} to {target}: {len(rules)} rules, derived from the rows of alignments/{pair.name}; do not edit.\n"
        "# Run each query over the lifted message together with the value maps (alignments/values); the union of their graphs is the target.\n"
    )
    return head + "".join(f"{DIVIDER}\n# {compact(rule.placed.row.iri)}\n{rule.construct()}" for rule in rules)
