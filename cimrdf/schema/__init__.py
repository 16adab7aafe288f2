"""XML Schema, RDF vocabularies and content models; reading XML into graphs and writing graphs as XML."""
