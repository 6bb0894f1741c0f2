"""Picture files as PDF/A-2 image objects: coded bytes as they are, or pixels without loss."""
