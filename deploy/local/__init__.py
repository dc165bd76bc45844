"""The embedded mode: the whole platform in one process, without Docker and without a JVM."""
