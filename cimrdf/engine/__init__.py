"""Runs the rules: standard SPARQL on rdflib (the reference) or pyoxigraph (the fast store)."""
