"""What runs take on the disk: how much it is, how it is freed, and how it is kept safe."""
