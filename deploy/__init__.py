"""What runs the platform: images, manifests, and the embedded mode under `deploy.local`."""
