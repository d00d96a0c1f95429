"""What the kernel really did: its cells as executed, what each read and left behind, and whether that can be proven."""
