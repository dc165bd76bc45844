"""Boards for Grafana, built by `make docs`."""
