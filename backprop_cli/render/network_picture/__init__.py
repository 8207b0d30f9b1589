"""Diagram → a picture of the network, as SVG or in characters."""
